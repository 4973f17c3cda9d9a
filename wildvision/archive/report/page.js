"use strict";
// Shows the page's JSON a screen at a time. Everything that came from a file or its name goes through textContent.
const data = JSON.parse(document.getElementById("data").textContent);
const SCREEN = 24, LINES = 50;
const WIDE = new Intl.NumberFormat("en");

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const percent = (score) => `${(100 * score).toFixed(score < 0.1 ? 1 : 0)}%`;
const count = (number, one) => `${WIDE.format(number)} ${one}${number === 1 ? "" : "s"}`;

function bytes(size) {
  return size >= 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(size / 1e3))} kB`;
}

function badge(verdict) {
  const made = element("span", { class: "badge" }, verdict);
  made.style.background = `var(--${verdict})`;
  return made;
}

function stack(card) {
  const [id] = card.hits[0];
  const picture = data.pictures[id];
  if (!picture) return element("span", { class: "soft" }, "picture left out");
  if (!picture.image) return element("span", { class: "soft" }, "no picture");
  const says = `${card.verdict}, ${data.names[card.category] || "no product"} ${percent(card.score)}: ${id}`;
  const made = element("span", { class: "stack" }, element("img", { class: "photo", src: picture.image, alt: says }));
  const map = picture.maps[card.category];
  if (map) made.append(element("img", { class: "map", src: map, alt: "" }));
  return made;
}

function copies(card) {
  return card.hits.length + card.others.length + card.more;
}

function known(card) {
  return card.known ? element("span", {}, element("b", {}, "known: "), card.known) : null;
}

function cardOf(card) {
  const [id, , , digest] = card.hits[0];
  const first = card.category
    ? `${data.names[card.category]} ${percent(card.score)}` +
      (card.threshold === null ? "" : ` (from ${percent(card.threshold)})`)
    : card.reason;
  const more = copies(card) > 1 ? element("span", {}, element("b", {}, count(copies(card), "near-duplicate"))) : null;
  const made = element("button", { class: "card", type: "button" },
    element("span", { class: "frame" }, stack(card)),
    element("span", { class: "words" }, badge(card.verdict), element("span", {}, first), known(card), more,
      element("span", { class: "soft" }, id), element("span", { class: "soft" }, digest)));
  made.addEventListener("click", () => open(card));
  return made;
}

function fact(list, name, ...value) {
  list.append(element("dt", { class: "soft" }, name), element("dd", {}, ...value));
}

// Thumbnails are small: they are shown up to three times as large, as far as the window allows.
function enlarge(image) {
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.min(3, 0.85 * Math.min(innerWidth, 840) / width, 0.6 * innerHeight / height);
  image.width = Math.round(scale * width);
  image.height = Math.round(scale * height);
}

function open(card) {
  const box = document.getElementById("larger");
  const [id, , , digest] = card.hits[0];
  const picture = data.pictures[id];
  const facts = element("dl");
  fact(facts, "decided", badge(card.verdict), ` ${card.reason}`);
  if (card.category) fact(facts, "score", `${data.names[card.category]} ${card.score}` +
    (card.threshold === null ? "" : `, threshold ${card.threshold}`));
  if (card.known) fact(facts, "known", card.known);
  fact(facts, "id", id);
  if (card.post) fact(facts, "post", card.post);
  if (card.time !== null) fact(facts, "frame", `at ${card.time} s of the clip`);
  fact(facts, "SHA-256", `${digest}…`);
  const [width, height, size] = card.size;
  fact(facts, "size", `${width} × ${height} px, ${bytes(size)}`);
  if (picture && picture.date) fact(facts, "file changed", picture.date);
  const names = element("ul");
  for (const [name, verdict, score] of card.hits) names.append(element("li", {}, `${verdict} ${percent(score)} ${name}`));
  for (const [name, verdict] of card.others) names.append(element("li", {}, `${verdict} ${name}`));
  if (card.more) names.append(element("li", {}, `${count(card.more, "more")}, not named here`));
  const close = element("button", { type: "button" }, "Close (Esc)");
  close.addEventListener("click", () => box.close());
  const shown = stack(card);
  const photo = shown.querySelector(".photo");
  if (photo) photo.decode().then(() => enlarge(photo), () => {});
  box.replaceChildren(element("div", {}, shown), facts,
    ...(copies(card) > 1 ? [element("p", {}, `${count(copies(card), "near-duplicate")}:`), names] : []), close);
  box.showModal();
}

// A list that shows one screen at a time, with its place among all.
function paged(place, show, size, noun) {
  const shown = element("div", { class: show === cardOf ? "sheet" : "lines" });
  const back = element("button", { type: "button" }, "Previous");
  const on = element("button", { type: "button" }, "Next");
  const where = element("output");
  let items = [], start = 0;
  function draw() {
    shown.replaceChildren(...items.slice(start, start + size).map(show));
    const end = Math.min(start + size, items.length);
    where.textContent = items.length ? `${WIDE.format(start + 1)} to ${WIDE.format(end)} of ${count(items.length, noun)}` : `no ${noun}`;
    back.disabled = start === 0;
    on.disabled = end === items.length;
  }
  function move(step) {
    const next = start + step * size;
    if (next < 0 || next >= items.length) return;
    start = next;
    draw();
  }
  back.addEventListener("click", () => move(-1));
  on.addEventListener("click", () => move(1));
  place.replaceChildren(element("nav", { class: "pager", "aria-label": `pages of ${noun}s` }, back, on, where), shown);
  return { move, fill: (found) => { items = found; start = 0; draw(); } };
}

const hits = paged(document.getElementById("hits"), cardOf, SCREEN, "group");
const chosen = {
  verdict: document.getElementById("verdict"),
  category: document.getElementById("category"),
  text: document.getElementById("text"),
};

for (const category of new Set(data.groups.map((card) => card.category))) {
  chosen.category.append(element("option", { value: category }, data.names[category] || category));
}

function matches(card) {
  const text = chosen.text.value.toLowerCase();
  return (!chosen.verdict.value || (chosen.verdict.value === "known" && card.known) || card.hits.some(([, verdict]) => verdict === chosen.verdict.value))
    && (!chosen.category.value || card.category === chosen.category.value)
    && (!text || card.hits.some(([id, , , digest]) => id.toLowerCase().includes(text) || digest.startsWith(text))
      || card.others.some(([id]) => id.toLowerCase().includes(text)));
}

function filter() {
  const found = data.groups.filter(matches);
  hits.fill(found);
  const rows = found.reduce((sum, card) => sum + card.hits.length, 0);
  document.getElementById("matching").textContent = `${count(rows, "image")} in ${count(found.length, "group")}`;
}

for (const input of Object.values(chosen)) input.addEventListener("input", filter);
filter();

for (const place of document.querySelectorAll("[data-sheet]")) {
  const sheet = data.curious[Number(place.dataset.sheet)];
  place.addEventListener("toggle", () => {
    if (place.open) place.querySelector(".sheet").replaceChildren(...sheet.cards.map(cardOf));
  });
}

function failureLine([id, kind, message]) {
  return element("p", {}, element("b", {}, kind), ` ${id}: ${message}`);
}
const failures = document.getElementById("failures-list");
if (failures) {
  const lines = paged(failures, failureLine, LINES, "failure");
  const kind = document.getElementById("kind");
  const fill = () => lines.fill(data.failures.filter((line) => !kind.value || line[1] === kind.value));
  kind.addEventListener("input", fill);
  fill();
}

const maps = document.getElementById("maps");
if (maps) maps.addEventListener("input", () => document.body.classList.toggle("explained", maps.checked));

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.getElementById("larger").open) return;
  if (event.key === "ArrowRight") hits.move(1);
  if (event.key === "ArrowLeft") hits.move(-1);
  if (event.key === "e" && maps) maps.click();
});
