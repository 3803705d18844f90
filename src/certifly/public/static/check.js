// Brings the picture of a certificate to its check page: asks for the page again until the picture is made, and for a
// picture that did not load. Without this script the page reloads by itself.

const WAITS = [2, 3, 5, 8, 13, 21, 34, 55]; // seconds; then the reader decides
const RECORDED = "recorded";

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function fetchPage() {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null; // the network is away; the next attempt may find it again
  }
}

/** Says that the picture is late, and shows the link with which to look again. */
function giveUp() {
  for (const element of document.querySelectorAll(".making")) element.hidden = true;
  for (const element of document.querySelectorAll(".late")) element.hidden = false;
}

async function awaitCertificate() {
  for (const seconds of WAITS) {
    await pause(seconds);
    const page = await fetchPage();
    const main = page?.querySelector("main");
    if (main && main.dataset.state !== RECORDED) {
      show(page.title, document.adoptNode(main));
      return;
    }
  }
  giveUp();
}

function show(title, main) {
  const old = document.querySelector("main");
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(main);
  document.title = title;
  if (hadFocus) main.focus({ preventScroll: true });
  const picture = main.querySelector(".picture img");
  document.getElementById("announcement").textContent = (picture?.alt ?? main.querySelector(".waiting")?.innerText) || "";
  if (picture) awaitPicture(picture);
}

/** Resolves to whether the picture that is being loaded has arrived. */
function outcomeOf(picture) {
  return new Promise((done) => {
    picture.addEventListener("load", () => done(true), { once: true });
    picture.addEventListener("error", () => done(false), { once: true });
  });
}

async function awaitPicture(picture) {
  let isThere = picture.complete ? picture.naturalWidth > 0 : await outcomeOf(picture);
  for (const seconds of WAITS) {
    if (isThere) break;
    picture.closest("a").hidden = true; // what lies under it says that the picture is being made
    await pause(seconds);
    const outcome = outcomeOf(picture);
    picture.src = picture.src; // asks for it once more
    isThere = await outcome;
  }
  picture.closest("a").hidden = !isThere;
  if (!isThere) giveUp();
  else for (const words of document.querySelectorAll(".under")) words.hidden = true;
}

const picture = document.querySelector(".picture img");
if (picture) awaitPicture(picture);
else if (document.querySelector("main").dataset.state === RECORDED) awaitCertificate();
