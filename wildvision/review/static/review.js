// Keys, and decisions that go to the server one at a time: the next card comes when the last decision is on disk.
const csrf = document.querySelector('meta[name="csrf"]').content;
const card = document.getElementById("card");
const status = document.getElementById("status");
const RETRIES = 40, PAUSE_MS = 500;
let busy = false;

async function send(path, body) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json", "x-wildvision-csrf": csrf },
        body: JSON.stringify(body),
      });
    } catch (error) {
      // The server went away: the same request may be sent again, for it has a name and is stored once.
      if (tries >= RETRIES) throw error;
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
}

async function answer(path, body) {
  if (busy) return null;
  busy = true;
  try {
    const response = await send(path, body);
    const found = response.headers.get("content-type")?.includes("json") ? await response.json() : { error: await response.text() };
    if (response.ok) return found;
    status.textContent = (card?.dataset.notSaved || "{why}").replace("{why}", found.error);
  } catch (error) {
    status.textContent = (card?.dataset.notSaved || "{why}").replace("{why}", error.message);
  }
  busy = false;
  return null;
}

function next() {
  location.assign(`/?${card.dataset.query}&after=${card.dataset.place}`);
}

async function decide(outcome) {
  const chosen = { confirmed: "confirmed-as", lookalike: "lookalike-of" }[outcome];
  const found = await answer("/decide", {
    place: Number(card.dataset.place),
    request: card.dataset.request,
    outcome,
    category: chosen ? document.getElementById(chosen).value : null,
    note: document.getElementById("note").value,
    case_id: document.getElementById("case").value,
    map_shown: !document.querySelector(".map").hidden,
    was_blurred: document.getElementById("stack").classList.contains("blurred"),
    language: document.documentElement.lang,
  });
  if (found) {
    status.textContent = card.dataset.saved;
    sessionStorage.setItem("case", document.getElementById("case").value);
    next();
  }
}

async function undo() {
  const found = await answer("/undo", {});
  if (found && found.place !== null) location.assign(`/card/${found.place}`);
  else if (found) location.reload();
}

function setBlur(blurred) {
  document.getElementById("stack").classList.toggle("blurred", blurred);
  const button = document.getElementById("toggle-blur");
  button.textContent = blurred ? button.dataset.on : button.dataset.off;
}

// Small pictures are shown up to three times as large, as far as the window allows, a part beside its picture.
function enlarge() {
  const photo = document.getElementById("photo"), part = document.getElementById("part");
  const shown = part && part.naturalWidth ? part : null;
  if (photo.naturalWidth) fitBeside(photo, shown, document.querySelector(".view").clientWidth, 0.74 * innerHeight);
}

function toggleMap() {
  const maps = [...document.querySelectorAll(".map")];
  for (const map of maps) {
    if (!map.src) map.src = map.dataset.src;
    map.hidden = !map.hidden;
  }
  document.getElementById("toggle-map").setAttribute("aria-pressed", String(!maps[0].hidden));
}

// A picture that comes from a stream may not have passed yet: ask again for a while.
function loadAgain(image, tries) {
  image.addEventListener("error", async () => {
    const response = await fetch(image.src, { method: "GET" });
    if (response.status === 503 && tries < RETRIES) {
      setTimeout(() => { image.src = `${image.src.split("?")[0]}?${tries}`; loadAgain(image, tries + 1); }, PAUSE_MS);
    } else {
      document.getElementById("missing").hidden = false;
    }
  }, { once: true });
}

document.getElementById("undo")?.addEventListener("click", undo);

if (card) {
  const stack = document.getElementById("stack");
  const flip = () => setBlur(!stack.classList.contains("blurred"));
  const KEYS = {
    c: () => decide("confirmed"),
    l: () => decide("lookalike"),
    n: () => decide("not_wildlife"),
    u: () => decide("unsure"),
    z: undo,
    ArrowRight: next,
    e: toggleMap,
    b: flip,
    "/": () => document.getElementById("note").focus(),
  };
  for (const button of document.querySelectorAll("[data-outcome]")) {
    button.addEventListener("click", () => decide(button.dataset.outcome));
  }
  document.getElementById("skip").addEventListener("click", next);
  document.getElementById("toggle-map").addEventListener("click", toggleMap);
  document.getElementById("toggle-blur").addEventListener("click", flip);
  stack.addEventListener("click", flip);
  const kept = sessionStorage.getItem("case");
  if (kept) document.getElementById("case").value = kept;
  const whole = document.getElementById("whole");
  if (whole.dataset.parts) layBoxes(whole, JSON.parse(whole.dataset.parts));
  for (const image of document.querySelectorAll("#photo, #part")) {
    image.addEventListener("load", enlarge);
    if (image.complete && image.naturalWidth) enlarge();
    if (image.complete && !image.naturalWidth) image.src = `${image.src}?again`;
    loadAgain(image, 0);
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
}
