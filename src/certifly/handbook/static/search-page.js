// The page of results where no server can make it: on a site that was exported to files.
import { loadIndex, search } from "./search.js";

const SHOWN_MAX = 30;

export async function prepareSearchPage() {
  const results = document.querySelector("#results[data-index]");
  const query = new URLSearchParams(location.search).get("q")?.trim();
  if (!results || !query) return;
  for (const input of document.querySelectorAll('input[name="q"]')) input.value = query;
  const status = element("p", "");
  status.setAttribute("role", "status");
  results.replaceChildren(status);
  try {
    const places = search(await loadIndex(results.dataset.index), query, SHOWN_MAX);
    status.textContent = places.length
      ? `${places.length} ${places.length === 1 ? "place" : "places"}, the best first.`
      : `Nothing was found for “${query}”. Fewer or shorter words find more.`;
    const list = element("ol", "found");
    list.append(...places.map(item));
    results.append(list);
  } catch {
    status.textContent = "The index of the search cannot be reached. Try again in a moment.";
  }
}

function item(place) {
  const line = element("li", "");
  const link = element("a", "");
  link.href = place.address;
  link.append(element("span", "found-title", place.heading || place.title));
  const where = place.heading ? `${place.section} › ${place.title}` : place.section;
  line.append(link, element("p", "found-where", where), element("p", "", place.excerpt));
  return line;
}

function element(tag, kind, text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}
