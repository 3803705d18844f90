// Samples of one title in several languages become tabs (ARIA Authoring Practices, "Tabs with automatic activation").
// The language that was chosen last is shown in every group that has it, also on the next page.

const KEPT_UNDER = "certifly-language";
let count = 0;

export function prepareTabs() {
  const groups = [...document.querySelectorAll(".tabs")].map(prepareGroup);
  const kept = recall();
  for (const group of groups) {
    show(group, group.has(kept) ? kept : group.keys().next().value);
  }

  function choose(language, tab) {
    const before = tab.getBoundingClientRect().top;
    for (const group of groups) {
      if (group.has(language)) show(group, language);
    }
    // What stands above may have become longer or shorter: the tab stays under the pointer.
    window.scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" });
    remember(language);
  }

  function prepareGroup(element) {
    const list = document.createElement("div");
    list.className = "tab-list";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", element.querySelector(".tabs-title").textContent);
    const group = new Map();
    for (const panel of element.querySelectorAll(".tab")) {
      const name = panel.querySelector(".code-title");
      const tab = document.createElement("button");
      count += 1;
      tab.type = "button";
      tab.id = `tab-${count}`;
      tab.textContent = name.textContent;
      tab.setAttribute("role", "tab");
      panel.id = `panel-${count}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      tab.setAttribute("aria-controls", panel.id);
      tab.addEventListener("click", () => choose(panel.dataset.language, tab));
      list.append(tab);
      group.set(panel.dataset.language, { tab, panel });
    }
    list.addEventListener("keydown", (event) => move(event, [...group]));
    element.querySelector(".tabs-title").after(list);
    element.classList.add("ready");
    return group;
  }

  function move(event, entries) {
    const current = entries.findIndex(([, { tab }]) => tab === document.activeElement);
    const last = entries.length - 1;
    const target = {
      ArrowRight: current === last ? 0 : current + 1,
      ArrowLeft: current === 0 ? last : current - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [language, { tab }] = entries[target];
    choose(language, tab);
    tab.focus();
  }
}

function show(group, language) {
  for (const [name, { tab, panel }] of group) {
    const isChosen = name === language;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    panel.hidden = !isChosen;
    if (isChosen) {
      // On a phone the list is longer than the line: the chosen one is brought into it, without moving the page.
      const list = tab.parentElement;
      if (tab.offsetLeft < list.scrollLeft || tab.offsetLeft + tab.offsetWidth > list.scrollLeft + list.clientWidth) {
        list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
      }
    }
  }
}

// A browser may be told to keep nothing; then nothing is kept.
function recall() {
  try {
    return localStorage.getItem(KEPT_UNDER);
  } catch {
    return null;
  }
}

function remember(language) {
  try {
    localStorage.setItem(KEPT_UNDER, language);
  } catch {
    // Shown all the same.
  }
}
