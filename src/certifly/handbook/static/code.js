// Code can be copied; what scrolls can be reached by the keyboard, and what does not scroll is no stop on the way.

const COPIED_SHOWN_MS = 2000;

export function prepareCode() {
  for (const block of document.querySelectorAll(".code")) {
    const pre = block.querySelector("pre");
    block.append(copyButton("Copy", () => pre.textContent.replace(/\n$/, "")));
  }
  for (const link of document.querySelectorAll("a[data-copy]")) {
    const button = copyButton("Copy page", async () => {
      const answer = await fetch(link.dataset.copy, { headers: { Accept: "text/markdown" } });
      return await answer.text();
    });
    link.before(button);
  }
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) stopWhereItScrolls(target);
  });
  for (const box of document.querySelectorAll(".code pre, .table")) watch.observe(box);
}

function stopWhereItScrolls(box) {
  if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}

function copyButton(words, read) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  const shown = document.createElement("span");
  shown.textContent = words;
  shown.setAttribute("aria-live", "polite");
  button.append(shown);
  let timer = 0;
  button.addEventListener("click", async () => {
    clearTimeout(timer);
    try {
      await copy(await read());
      shown.textContent = "Copied";
    } catch {
      shown.textContent = "Not copied";
    }
    timer = setTimeout(() => {
      shown.textContent = words;
    }, COPIED_SHOWN_MS);
  });
  return button;
}

async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Browsers offer the clipboard to https and localhost only; within a house the handbook may be read over http.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (!isDone) throw new Error("not copied");
}
