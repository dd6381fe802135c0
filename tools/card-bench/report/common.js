/* What the pages of softeuicc-bench share: elements made of text (never of markup, so that nothing that a card or a case
 * says is more than text), times, and the marks of what differs. report_html.c puts it in front of run.js or diff.js. */
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const VERDICTS = ["pass", "fail", "error", "skip"];
const VERDICT_WORDS = {pass: "pass", fail: "FAIL", error: "ERROR", skip: "skip"};

/* el("td", {class: "number"}, "12", child...): null children are left out. */
function el(name, attributes, ...children) {
    const svg = name === "svg" || name === "rect" || (attributes && attributes.svg);
    const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
        if (key === "svg" || value === null || value === undefined || value === false) continue;
        if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
        else e.setAttribute(key, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) e.append(child);
    return e;
}

function time(microseconds) {
    if (microseconds >= 1e6) return (microseconds / 1e6).toFixed(2) + " s";
    if (microseconds >= 1000) return (microseconds / 1000).toFixed(1) + " ms";
    return microseconds + " µs";
}

function verdictClass(verdict) {
    return verdict === "skip" ? "skip-verdict" : verdict;
}

function badge(verdict) {
    return el("span", {class: "badge " + verdictClass(verdict)}, VERDICT_WORDS[verdict] || verdict);
}

/* Bytes in pairs, so that lines can break and people can count. */
function hex(digits) {
    return el("span", {class: "mono"}, (digits || "").toUpperCase().replace(/(..)(?=.)/g, "$1 "));
}

/* What came as bytes, with the one marked where the bench says that it differs; null: it is something else. */
function markedBytes(came) {
    const match = /^((?:[0-9a-f]{2})+) \(differs at byte (\d+) of \d+\)$/i.exec(came);
    if (!match) return null;
    const bytes = match[1].toUpperCase().match(/../g);
    const at = Number(match[2]) - 1;
    return el("span", {class: "mono"}, bytes.slice(0, at).join(" "), " ", at < bytes.length ? el("mark", {}, bytes[at]) : null,
        " ", bytes.slice(at + 1).join(" "), el("span", {class: "quiet"}, " byte " + match[2] + " differs"));
}

/* The text of `mine` with what is not in `other` marked: between the common beginning and the common end. */
function marked(mine, other) {
    let from = 0;
    let end = 0;
    const most = Math.min(mine.length, other.length);
    while (from < most && mine[from] === other[from]) from++;
    while (end < most - from && mine[mine.length - 1 - end] === other[other.length - 1 - end]) end++;
    const middle = mine.slice(from, mine.length - end);
    return el("span", {class: "mono"}, mine.slice(0, from), middle ? el("mark", {}, middle) : null,
        mine.slice(mine.length - end));
}

function count(n, one, many) {
    return n + " " + (n === 1 ? one : many || one + "s");
}

/* A head {number: TEXT} stands above numbers. */
function table(caption, heads, rows) {
    return el("div", {class: "wide"}, el("table", {"aria-label": caption},
        el("thead", {}, el("tr", {}, heads.map(h => typeof h === "string"
            ? el("th", {scope: "col"}, h) : el("th", {scope: "col", class: "number"}, h.number)))), el("tbody", {}, rows)));
}

/* Parts of a whole, as a bar with words for those who do not see it. */
function bar(parts) {
    const all = parts.reduce((sum, [, n]) => sum + n, 0) || 1;
    const words = parts.filter(([, n]) => n).map(([name, n]) => n + " " + name).join(", ");
    const pieces = parts.filter(([, n]) => n).map(([name, n]) => {
        const piece = el("span", {class: "fill-" + name});
        piece.style.flexGrow = n / all;
        return piece;
    });
    return el("div", {class: "bar", role: "img", "aria-label": words, title: words}, pieces);
}

function about(pairs) {
    return el("dl", {class: "about"}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}
