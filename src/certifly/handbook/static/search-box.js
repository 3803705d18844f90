// The search in the header: a combobox with a list of places (ARIA Authoring Practices, "Editable combobox with list
// autocomplete"). The index is fetched when the box is first used. Enter without a choice goes to the page of results.
import { loadIndex, search } from "./search.js";

const SHOWN_MAX = 8;

export function prepareSearch() {
  const form = document.querySelector("form.search");
  if (!form) return;
  const input = form.querySelector("input");
  const panel = document.createElement("div");
  panel.className = "panel";
  panel.hidden = true;
  const status = document.createElement("p");
  status.className = "panel-status";
  status.setAttribute("role", "status");
  const list = document.createElement("div");
  list.id = "search-places";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Places in the handbook");
  panel.append(list, status);
  form.append(panel);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  form.classList.add("ready");

  let index = null;
  let active = -1;
  let asked = "";

  const fetched = () => {
    index ??= loadIndex(form.dataset.index).catch((error) => {
      index = null;
      throw error;
    });
    return index;
  };

  async function look() {
    const query = input.value.trim();
    asked = query;
    if (!query) return close();
    let places;
    try {
      places = search(await fetched(), query, SHOWN_MAX);
    } catch {
      status.textContent = "The search cannot be reached. Press Enter to search on a page of its own.";
      list.replaceChildren();
      return open(false);
    }
    if (asked !== query) return undefined; // somebody typed on while the index came
    list.replaceChildren(...places.map(option));
    status.textContent =
      places.length === 0
        ? `Nothing was found for “${query}”.`
        : `${places.length} ${places.length === 1 ? "place" : "places"}`;
    status.classList.toggle("unseen", places.length > 0);
    return open(places.length > 0);
  }

  function option(place, position) {
    const link = document.createElement("a");
    link.id = `search-place-${position}`;
    link.href = place.address;
    link.tabIndex = -1;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    link.append(
      part("place-title", place.heading || place.title),
      part("place-where", place.heading ? `${place.section} › ${place.title}` : place.section),
      part("place-excerpt", place.excerpt),
    );
    return link;
  }

  function part(kind, text) {
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = text;
    return span;
  }

  function open(hasPlaces) {
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !hasPlaces;
    panel.hidden = false;
    input.setAttribute("aria-expanded", String(hasPlaces));
  }

  function close() {
    active = -1;
    panel.hidden = true;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", "false");
  }

  function activate(position) {
    const options = [...list.children];
    active = position;
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === active)));
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    }
  }

  input.addEventListener("focus", () => fetched().catch(() => {}));
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    const count = panel.hidden ? 0 : list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (count === 0) look();
      // From the box to the first or last place, and past the ends back to the box.
      else if (event.key === "ArrowDown") activate(active === count - 1 ? -1 : active + 1);
      else activate(active === -1 ? count - 1 : active - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      list.children[active].click();
      close();
    } else if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      close();
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", close); // a place on this very page
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus({ preventScroll: true });
      input.select();
    }
  });
}
