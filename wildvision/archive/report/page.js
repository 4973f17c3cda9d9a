// Shows the page's JSON a screen at a time. Everything that came from a file or its name goes through textContent.
const data = JSON.parse(document.getElementById("data").textContent);
const SCREEN = 24, LINES = 50;

// The page holds once what repeats in thousands of cards: see packing.py.
const categories = Object.keys(data.names);
const webp = (encoded) => encoded && `data:image/webp;base64,${encoded}`;
data.pictures = data.pictures.map(([image, maps, date, parts = {}]) => ({ image: webp(image), maps, date, parts }));

function unpacked([reason, category, size, hits, picture = 0, known = "", others = [], more = 0, post = "",
  time = "", parts = null]) {
  const whole = ([name, verdict, ...rest]) => [data.prefix + name, data.verdicts[verdict], ...rest];
  const card = { reason: data.reasons[reason], category: categories[category] || "", size, hits: hits.map(whole),
    picture: data.pictures[picture], known, others: others.map(whole), more, post, time, parts };
  [, card.verdict, card.score] = card.hits[0];
  card.threshold = (data.thresholds[card.category] || [null, null])[card.verdict === "FLAG" ? 0 : 1];
  return card;
}
data.groups = data.groups.map(unpacked);
for (const sheet of data.curious) sheet.cards = sheet.cards.map(unpacked);

// A map is its width and how opaque each pixel is; the browser stretches it over the photo.
function drawn(map) {
  const [width, encoded] = map.split(" ");
  const opacity = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const canvas = document.createElement("canvas");
  canvas.width = Number(width);
  canvas.height = opacity.length / canvas.width;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(canvas.width, canvas.height);
  opacity.forEach((alpha, place) => pixels.data.set([...data.heat, alpha], 4 * place));
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}
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

function stacked(image, map, says) {
  const made = element("span", { class: "stack" }, element("img", { class: "photo", src: image, alt: says }));
  if (map) made.append(element("img", { class: "map", src: drawn(map), alt: "" }));
  return made;
}

const named = (card, score) => `${data.names[card.category]} ${percent(score)}`;

// The picture of a card with the boxes of its parts; a part that would be a few pixels of it stands beside it.
function stack(card) {
  const [id] = card.hits[0];
  const picture = card.picture;
  if (!picture) return element("span", { class: "soft" }, "picture left out");
  if (!picture.image) return element("span", { class: "soft" }, "no picture");
  const says = `${card.verdict}, ${data.names[card.category] || "no product"} ${percent(card.score)}: ${id}`;
  const whole = stacked(picture.image, picture.maps[card.category], says);
  if (!card.parts) return whole;
  const [carrier, kind, score, boxes] = card.parts;
  const [width, height] = card.size;
  layBoxes(whole, { size: [width, height], boxes, carrier, label: named(card, score) });
  const beside = picture.parts[card.category];
  if (!beside) return whole;
  const part = stacked(webp(beside[0]), beside[1], `${kind} that carries the answer: ${named(card, score)}`);
  const below = element("span", { class: "soft" }, named(card, score));
  return element("span", { class: width > WIDE_PAGE * height ? "pair wide" : "pair" }, whole, element("span", {}, part, below));
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
function enlarge(shown) {
  const photos = [...shown.querySelectorAll(".photo")];
  const fit = () => fitBeside(photos[0], photos[1], 0.85 * Math.min(innerWidth, 840), 0.6 * innerHeight);
  if (photos.length) Promise.all(photos.map((photo) => photo.decode())).then(fit, () => {});
}

function carried(card) {
  const [carrier, kind, score, boxes] = card.parts;
  const [left, top, right, bottom] = boxes[carrier];
  const among = boxes.length > 1 ? `, of ${boxes.length} parts that were looked at` : "";
  return `a ${kind} within it, ${named(card, score)} alone: ${left}, ${top} to ${right}, ${bottom} px${among}`;
}

function open(card) {
  const box = document.getElementById("larger");
  const [id, , , digest] = card.hits[0];
  const picture = card.picture;
  const facts = element("dl");
  fact(facts, "decided", badge(card.verdict), ` ${card.reason}`);
  if (card.category) fact(facts, "score", `${data.names[card.category]} ${card.score}` +
    (card.threshold === null ? "" : `, threshold ${card.threshold}`));
  if (card.parts) fact(facts, "carried by", carried(card));
  if (card.known) fact(facts, "known", card.known);
  fact(facts, "id", id);
  if (card.post) fact(facts, "post", card.post);
  if (card.time) fact(facts, "frame", `at ${card.time} s of the clip`);
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
  enlarge(shown);
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

// One histogram a category; the heights of its bars are logarithmic.
function graph([name, ...counts]) {
  const shape = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const width = 275 / counts.length, top = String(Math.max(...counts)).length;
  const made = shape("svg", { width: 275, height: 92, role: "img", "aria-label": `Histogram of ${name}` });
  counts.forEach((number, place) => {
    if (!number) return;
    const height = (1 + Math.log10(number) * 90 / top).toFixed(1);
    const bar = shape("rect", { x: place * width, y: 92 - height, width: width - 1, height, fill: "var(--bar)" });
    const title = shape("title", {});
    title.textContent = `${(place / counts.length).toFixed(2)}: ${WIDE.format(number)}`;
    bar.append(title);
    made.append(bar);
  });
  return element("div", { class: "graph" }, name, made);
}
document.getElementById("graphs").append(...data.graphs.map(graph));

const maps = document.getElementById("maps");
if (maps) maps.addEventListener("input", () => document.body.classList.toggle("explained", maps.checked));

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.getElementById("larger").open) return;
  if (event.key === "ArrowRight") hits.move(1);
  if (event.key === "ArrowLeft") hits.move(-1);
  if (event.key === "e" && maps) maps.click();
});
