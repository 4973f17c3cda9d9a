"use strict";
// Lays the parts of a picture that were looked at by themselves over it: the one that carries the answer with its
// label, the others faint. Places are shares of the picture, so that it may be shown in any size.
const MANY = 12; // tiles cover all of a picture: their edges are only hinted at
const WIDE_PAGE = 2; // times the height; what is less wide stands beside its part

function layBoxes(stack, { size: [width, height], boxes, carrier, label }) {
  const share = (edge, side) => `${(100 * edge / side).toFixed(3)}%`;
  boxes.forEach(([left, top, right, bottom], place) => {
    const made = document.createElement("span");
    made.className = place === carrier ? "part carries" : boxes.length > MANY ? "part faint" : "part";
    made.style.left = share(left, width);
    made.style.top = share(top, height);
    made.style.width = share(right - left, width);
    made.style.height = share(bottom - top, height);
    stack.append(made);
  });
  const [left, top, right] = boxes[carrier];
  const named = document.createElement("span");
  named.className = top > 0.12 * height ? "label above" : "label"; // above its box where the picture has room for it
  named.textContent = label;
  const atRight = left > 0.6 * width;
  named.style[atRight ? "right" : "left"] = atRight ? share(width - right, width) : share(left, width);
  named.style.top = share(top, height);
  named.style.maxWidth = atRight ? share(right, width) : share(width - left, width);
  stack.append(named);
}

// Shows a picture beside its part as large as there is room: to the left of it, wide pages above it.
// Images are shown up to three times as large as they are.
function fitBeside(whole, part, room, height) {
  const isWide = whole.naturalWidth > WIDE_PAGE * whole.naturalHeight;
  const scaled = (image, most, tall) => {
    const { naturalWidth, naturalHeight } = image;
    const scale = Math.min(3, most / naturalWidth, tall / naturalHeight);
    image.width = Math.round(scale * naturalWidth);
    image.height = Math.round(scale * naturalHeight);
  };
  scaled(whole, isWide || !part ? room : 0.4 * room, isWide && part ? 0.4 * height : height);
  if (part) scaled(part, isWide ? room : room - whole.width - 8, isWide ? 0.6 * height - 8 : height);
}
