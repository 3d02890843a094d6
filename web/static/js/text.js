// Interface texts of the scripts. The Chinese text is the key; the page brings the other language's texts with it.
const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");

export const english = document.documentElement.lang === "en";

// t gives the text in the page's language; %s are filled in order.
export function t(key, ...values) {
  return (texts[key] ?? key).replace(/%s/g, () => values.shift() ?? "");
}

// el makes an element with attributes and children; strings become text, never markup.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((c) => c != null && c !== ""));
  return node;
}

// icon is one of icons.svg.
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg.namespaceURI, "use");
  use.setAttribute("href", `${document.documentElement.dataset.static}/icons.svg#i-${name}`);
  svg.append(use);
  return svg;
}
