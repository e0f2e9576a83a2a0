"use strict";
(() => {
  const filters = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const articles = [...document.querySelectorAll("article")];
  const search = document.getElementById("search");
  const onlyNew = document.getElementById("only-new");

  function chosen(name) {
    const boxes = filters.querySelectorAll(`input[name="${name}"]:checked`);
    return new Set([...boxes].map((box) => box.value));
  }

  const texts = new Map();

  function textOf(article) {
    let text = texts.get(article);
    if (text === undefined) texts.set(article, (text = article.textContent.toLowerCase()));
    return text;
  }

  function apply() {
    const wanted = {};
    for (const name of ["severity", "category", "source"]) wanted[name] = chosen(name);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const article of articles) {
      const text = words.length ? textOf(article) : "";
      const fits =
        Object.entries(wanted).every(([name, values]) => values.has(article.dataset[name])) &&
        words.every((word) => text.includes(word)) &&
        !(onlyNew && onlyNew.checked && article.dataset.new !== "yes");
      article.hidden = !fits;
      if (fits) count += 1;
    }
    for (const section of document.querySelectorAll("section")) {
      section.hidden = !section.querySelector("article:not([hidden])");
    }
    shown.textContent = `${count} of ${articles.length} shown`;
  }

  async function copy(button) {
    const text = button.dataset.copy;
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      // Without the right to it, the way that browsers had before.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const before = button.dataset.label;
    button.textContent = done ? "Copied" : "Could not copy";
    setTimeout(() => (button.textContent = before), 1500);
  }

  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.dataset.label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  filters.hidden = false;
  filters.addEventListener("input", apply);
  filters.addEventListener("submit", (event) => event.preventDefault());
  apply();
})();
