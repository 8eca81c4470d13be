/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Run by tests/bats/html.bats in a copy of the page: what a browser makes of it, as JSON in
 * place of the page.  The page itself has no script, and forbids any.
 */
const all = [...document.querySelectorAll("body *")].filter((e) => !e.closest("script"));
const channels = (c) => c.match(/[\d.]+/g).map(Number);
const light = (c) => {
	const [r, g, b] = channels(c).map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (e) => {
	for (; e; e = e.parentElement) {
		const c = channels(getComputedStyle(e).backgroundColor);
		if (c.length < 4 || c[3] > 0) return getComputedStyle(e).backgroundColor;
	}
	return "rgb(255,255,255)";
};
const contrast = (e) => {
	const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
	return (a + 0.05) / (b + 0.05);
};
const texts = all.filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
const faint = texts.filter((e) => contrast(e) < 4.5);
const wide = all.filter((e) => !e.closest(".scroll") && e.getBoundingClientRect().right > innerWidth + 0.5);
const details = [...document.querySelectorAll("details")];
const first = details.find((d) => !d.open);
if (first) first.querySelector("summary").click();
const result = {
	title: document.title,
	width: innerWidth,
	dark: light(getComputedStyle(document.body).backgroundColor) < 0.1,
	texts: texts.length,
	faint: faint.map((e) => e.className + ": " + e.textContent.slice(0, 40)),
	overflow: document.documentElement.scrollWidth - innerWidth,
	wide: wide.map((e) => e.tagName + "." + e.className),
	loads: all.filter((e) => e.src || e.srcset || e.data).length,
	links: [...document.querySelectorAll("[href]")].filter((e) => !e.getAttribute("href").startsWith("#")).length,
	dangling: [...document.querySelectorAll("[href]")].filter((e) => !document.querySelector(e.getAttribute("href"))).length,
	elements: [...new Set(all.map((e) => e.localName))].sort(),
	handlers: all.filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
	names: [...document.querySelectorAll(".list tbody th")].map((e) => e.textContent),
	cells: document.querySelectorAll(".matrix .cell").length,
	rows: document.querySelectorAll(".matrix tbody tr").length,
	columns: document.querySelectorAll(".matrix thead th[scope=col]").length,
	taken: [...document.querySelectorAll(".matrix .taken")].map((e) => e.title),
	marks: [...document.querySelectorAll(".lane .mark")].map((e) => e.className.replace("mark v-", "")),
	sides: document.querySelectorAll(".side").length,
	audits: document.querySelectorAll(".audits li").length,
	opened: !!first && first.open && first.lastElementChild.getBoundingClientRect().height > 0,
	findings: document.querySelectorAll("details.finding").length,
	pwned: !!window.pwned,
};
document.body.textContent = "RESULT" + JSON.stringify(result) + "END";
