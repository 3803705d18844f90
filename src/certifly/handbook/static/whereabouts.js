// Where one is: the heading that is being read is marked in the list of headings, and the list of all pages is moved to
// the page that is open.

export function showPageInContents() {
  const link = document.querySelector(".contents [aria-current]");
  const list = link?.closest("nav");
  if (!list) return;
  const below = link.getBoundingClientRect().bottom - list.getBoundingClientRect().top;
  if (below > list.clientHeight) list.scrollTop += below - list.clientHeight / 2;
}

export function followHeadings() {
  const links = new Map();
  for (const link of document.querySelectorAll(".on-this-page a")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  if (links.size === 0) return;
  let isWaiting = false;
  const mark = () => {
    isWaiting = false;
    const line = window.innerHeight / 4;
    let current = null;
    for (const heading of links.keys()) {
      if (heading.getBoundingClientRect().top > line) break;
      current = heading;
    }
    if (window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2) {
      current = [...links.keys()].at(-1);
    }
    for (const [heading, link] of links) {
      if (heading === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  const later = () => {
    if (!isWaiting) requestAnimationFrame(mark);
    isWaiting = true;
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later, { passive: true });
  mark();
}
