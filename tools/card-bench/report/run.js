/* The page of a run: verdicts at a glance, the cases with filters, the dialogue of a case (made when it is opened), and the
 * requirements. The hash holds what is shown: #case=ID, #verdict=fail&family=ES10c&requirement=SGP.22+5.7.16&search=words */

const STATUSES = ["met", "failed", "unjudged", "unrun", "waived", "untested"];
const STATUS_WORDS = {
    met: "met", failed: "tested, but failed", unjudged: "only skipped cases", unrun: "has cases, none was run",
    waived: "waived", untested: "not tested",
};
const shown = {verdicts: new Set(VERDICTS), family: "", requirement: "", search: ""};
const rows = []; /* {one: the case, item: its <li>, words: what is searched} */

/* ---- a case ---- */

function fieldList(title, fields) {
    if (!fields || !fields.length) return null;
    return el("div", {}, el("strong", {}, title), el("ul", {class: "fields"}, fields.map(f => {
        const line = el("li", {}, f.tag ? el("code", {}, f.tag) : null, " ", f.name || "",
            f.value !== undefined ? [" = ", el("span", {class: "mono"}, f.value)] : null,
            f.bytes !== undefined ? el("span", {class: "quiet"}, " " + count(f.bytes, "byte")) : null,
            f.cut ? el("span", {class: "quiet"}, " " + (f.cut === true ? "(damaged)" : f.cut)) : null);
        line.style.paddingLeft = (f.depth || 0) + "rem";
        return line;
    })));
}

/* The answer with its status word apart. */
function answer(entry) {
    if (entry.came === undefined) return el("span", {class: "fail"}, "no answer");
    if (entry.kind !== "command") return hex(entry.came);
    const split = Math.max(entry.came.length - 4, 0);
    return el("span", {}, split ? [hex(entry.came.slice(0, split)), " "] : null,
        el("strong", {class: "mono"}, entry.came.slice(split).toUpperCase()));
}

function commandEntry(entry) {
    const names = {power: "power on", reset: "reset"};
    const title = [names[entry.kind] || entry.name || "command", entry.function].filter(Boolean).join(": ");
    return el("li", {},
        entry.why ? el("div", {class: "why"}, entry.why) : null,
        el("div", {}, el("strong", {}, title), el("span", {class: "quiet"}, "  " + time(entry.took || 0))),
        el("div", {class: "sides"},
            el("div", {}, el("span", {class: "quiet"}, "sent "), entry.sent ? hex(entry.sent) : "–",
                entry.hidden ? el("span", {class: "quiet"}, " and " + entry.hidden) : null),
            el("div", {}, el("span", {class: "quiet"}, "came "), answer(entry)),
            fieldList("request", entry.request) || el("div", {}),
            fieldList("answer", entry.answer) || el("div", {})),
        entry["card-says"] ? el("div", {}, "the card says: ", entry["card-says"]) : null);
}

function expectation(entry) {
    const bytes = entry.ok ? null : markedBytes(entry.came);
    return el("li", {class: "expectation" + (entry.ok ? "" : " not-met")},
        el("div", {}, el("strong", {class: entry.ok ? "pass" : "fail"}, entry.ok ? "as expected" : "not as expected"),
            el("span", {class: "quiet"}, "  " + (entry.clause || ""))),
        el("div", {class: "sides"},
            el("div", {}, el("span", {class: "quiet"}, "expected "),
                entry.ok || bytes ? el("span", {class: "mono"}, entry.expected) : marked(entry.expected, entry.came)),
            el("div", {}, el("span", {class: "quiet"}, "came "),
                entry.ok ? el("span", {class: "mono"}, entry.came) : bytes || marked(entry.came, entry.expected))));
}

function dialogue(entries) {
    const parts = [];
    let section = null;
    let list = null;
    for (const entry of entries) {
        if (entry.section !== section) {
            section = entry.section;
            list = el("ol", {class: "dialogue"});
            parts.push(el("h4", {}, section), list);
        }
        list.append(entry.kind === "expect" ? expectation(entry) : commandEntry(entry));
    }
    return parts;
}

/* A bar for each command, as high as it took long. */
function timing(entries) {
    const commands = entries.filter(e => e.kind !== "expect");
    if (!commands.length) return null;
    const most = Math.max(1, ...commands.map(e => e.took || 0));
    const step = 100 / commands.length;
    let slowest = 0;
    commands.forEach((e, i) => { if (e.took > commands[slowest].took) slowest = i; });
    const name = e => e.function || e.name || e.kind;
    const words = count(commands.length, "command") + "; the longest took " + time(most) + ": " + name(commands[slowest]);
    return el("figure", {}, el("svg", {class: "timing", viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img",
        "aria-label": words},
    commands.map((e, i) => {
        const height = Math.max(0.6, 38 * (e.took || 0) / most);
        return el("rect", {x: i * step + step * 0.1, y: 40 - height, width: step * 0.8, height,
            class: i === slowest ? "slowest" : null},
        el("title", {svg: true}, (i + 1) + ". " + name(e) + ": " + time(e.took || 0)));
    })), el("figcaption", {class: "quiet"}, words));
}

function requirementLink(id) {
    return el("a", {href: "#requirement=" + encodeURIComponent(id)}, id);
}

function caseBody(one) {
    const requirements = (one.requirements || []).flatMap((id, i) => i ? [", ", requirementLink(id)] : [requirementLink(id)]);
    return el("div", {class: "body"},
        one.reason ? el("p", {class: "reason " + verdictClass(one.verdict)}, one.reason) : null,
        about([["Requirements", requirements], ["Applies", one.applies], ["Begins with", one.state],
            ["Needs", (one.needs || []).join(", ")],
            ["Care", one.destructive ? "destructive" : one.changes ? "changes the card and puts it back" : ""],
            ["File", one.file ? one.file + ":" + one.line : ""],
            ["Repetition", one.repetition > 1 ? String(one.repetition) : ""]]),
        el("h3", {}, "Time of each command"), timing(one.dialogue) || el("p", {}, "no command was sent"),
        el("h3", {}, "Dialogue"), dialogue(one.dialogue));
}

function caseItem(one) {
    const details = el("details", {ontoggle: () => {
        if (details.open && !details.dataset.made) {
            details.dataset.made = "yes";
            details.append(caseBody(one));
        }
    }}, el("summary", {}, badge(one.verdict), el("span", {class: "id"}, one.id), el("span", {}, one.title),
        el("span", {class: "took"}, one.took === undefined ? "" : time(one.took))));
    return el("li", {"data-id": one.id}, details);
}

/* ---- filters ---- */

function fits(row) {
    const one = row.one;
    if (!shown.verdicts.has(one.verdict) || (shown.family && one.family !== shown.family)) return false;
    if (shown.requirement && !casesOf(shown.requirement).has(one.id)) return false;
    return shown.search.toLowerCase().split(/\s+/).every(word => row.words.includes(word));
}

/* The cases of a requirement of the list, or of a clause as the cases name it. */
const caseSets = new Map();
function casesOf(id) {
    if (!caseSets.has(id)) {
        const listed = (data.requirements || []).find(r => r.id === id);
        caseSets.set(id, new Set(listed ? listed.cases
            : data.cases.filter(c => (c.requirements || []).includes(id)).map(c => c.id)));
    }
    return caseSets.get(id);
}

function apply() {
    let n = 0;
    for (const row of rows) {
        const is = fits(row);
        row.item.hidden = !is;
        n += is;
    }
    document.getElementById("count").textContent = n + " of " + count(rows.length, "case");
    const note = document.getElementById("requirement");
    note.hidden = !shown.requirement;
    note.querySelector("span").textContent = "only the cases of " + shown.requirement;
}

function keep() {
    const hash = new URLSearchParams();
    if (shown.verdicts.size < VERDICTS.length) hash.set("verdict", [...shown.verdicts].join(","));
    for (const key of ["family", "requirement", "search"]) if (shown[key]) hash.set(key, shown[key]);
    history.replaceState(null, "", "#" + hash);
}

function change(what) {
    Object.assign(shown, what);
    for (const box of document.querySelectorAll("[name=verdict]")) box.checked = shown.verdicts.has(box.value);
    document.getElementById("family").value = shown.family;
    document.getElementById("search").value = shown.search;
    apply();
    keep();
}

function show(what) {
    change(Object.assign({verdicts: new Set(VERDICTS), family: "", requirement: "", search: ""}, what));
    document.getElementById("cases").scrollIntoView();
    document.getElementById("cases").focus();
}

function openCase(id) {
    const row = rows.find(r => r.one.id === id);
    if (!row) return;
    if (row.item.hidden) change({verdicts: new Set(VERDICTS), family: "", requirement: "", search: ""});
    row.item.firstChild.open = true;
    row.item.scrollIntoView();
    row.item.querySelector("summary").focus();
}

function readHash() {
    const hash = new URLSearchParams(location.hash.slice(1));
    if (hash.has("case")) return openCase(hash.get("case"));
    if (![...hash.keys()].some(key => ["verdict", "family", "requirement", "search"].includes(key))) return;
    const verdicts = hash.has("verdict") ? hash.get("verdict").split(",").filter(v => VERDICTS.includes(v)) : VERDICTS;
    show({verdicts: new Set(verdicts), family: hash.get("family") || "", requirement: hash.get("requirement") || "",
        search: hash.get("search") || ""});
}

/* ---- the parts of the page ---- */

function header() {
    const worst = data.summary.fail ? "fail" : data.summary.error ? "error" : "pass";
    document.title = VERDICT_WORDS[worst] + " – " + data.card.name + " – softeuicc-bench";
    const wrong = [data.card.personality && "personality " + data.card.personality,
        data.card.mutate && "made wrong by " + data.card.mutate].filter(Boolean).join(", ");
    document.getElementById("header").append(...[
        el("h1", {}, "Conformance of ", data.card.name),
        el("p", {class: "quiet"}, data.program + " " + data.version + ", ended " + data.ended + ", took " + time(data.took) +
            ", seed " + data.seed + (data.repeat > 1 ? ", each case " + data.repeat + " times" : "")),
        data.interrupted ? el("p", {class: "error"}, "interrupted: not all cases were run") : null,
        el("p", {}, wrong)].filter(Boolean));
}

function glance() {
    const families = [...new Set(data.cases.map(c => c.family))];
    const number = (cases, verdict, family) => {
        const n = cases.filter(c => c.verdict === verdict).length;
        return el("td", {class: "number"}, n ? el("button", {type: "button",
            onclick: () => show({verdicts: new Set([verdict]), family}), "aria-label": count(n, "case") + ", " + verdict +
            (family ? ", " + family : "")}, String(n)) : "0");
    };
    const line = (name, cases, family) => el("tr", {}, el("th", {scope: "row"}, family ? el("button", {type: "button",
        onclick: () => show({family})}, name) : name), VERDICTS.map(v => number(cases, v, family)),
    el("td", {class: "number"}, time(cases.reduce((sum, c) => sum + (c.took || 0), 0))),
    el("td", {}, bar(VERDICTS.map(v => [v, cases.filter(c => c.verdict === v).length]))));
    return el("section", {"aria-labelledby": "glance"}, el("h2", {id: "glance"}, "At a glance"),
        table("Verdicts of each family", ["Family", ...VERDICTS.map(v => ({number: VERDICT_WORDS[v]})), {number: "time"}, "share"],
            [...families.map(f => line(f, data.cases.filter(c => c.family === f), f)), line("all", data.cases, "")]));
}

function cardFacts() {
    const facts = Object.entries(data.card.facts || {});
    return el("section", {"aria-labelledby": "card"}, el("h2", {id: "card"}, "The card"),
        el("details", {}, el("summary", {}, count(facts.length, "fact") + " that it says of itself"),
            about(facts.map(([name, value]) => [name, el("span", {class: "mono"}, value)]))));
}

function filterForm() {
    const families = [...new Set(data.cases.map(c => c.family))];
    const verdictBox = v => el("label", {}, el("input", {type: "checkbox", name: "verdict", value: v, checked: true,
        onchange: e => {
            const verdicts = new Set(shown.verdicts);
            if (e.target.checked) verdicts.add(v); else verdicts.delete(v);
            change({verdicts});
        }}), " ", el("span", {class: verdictClass(v)}, VERDICT_WORDS[v]));
    return el("form", {class: "filters", role: "search", onsubmit: e => e.preventDefault()},
        el("label", {}, "Search id, title, clause, reason ", el("input", {type: "search", id: "search",
            oninput: e => change({search: e.target.value})})),
        el("fieldset", {}, el("legend", {}, "Verdict"), VERDICTS.map(verdictBox)),
        el("label", {}, "Family ", el("select", {id: "family", onchange: e => change({family: e.target.value})},
            el("option", {value: ""}, "all"), families.map(f => el("option", {value: f}, f)))),
        el("span", {id: "requirement", hidden: true}, el("span", {}), " ",
            el("button", {type: "button", onclick: () => change({requirement: ""})}, "all requirements")),
        el("output", {id: "count", "aria-live": "polite"}));
}

function caseList() {
    for (const one of data.cases) {
        rows.push({one, item: caseItem(one), words: [one.id, one.title, one.reason || "", (one.requirements || []).join(" "),
            one.verdict].join(" ").toLowerCase()});
    }
    return el("section", {"aria-labelledby": "cases"}, el("h2", {id: "cases", tabindex: "-1"}, "Cases"), filterForm(),
        el("ol", {class: "cases"}, rows.map(row => row.item)));
}

/* ---- requirements ---- */

function requirementRow(r) {
    const shows = id => el("a", {href: "#case=" + encodeURIComponent(id)}, id);
    const few = r.cases.slice(0, 3).flatMap((id, i) => i ? [", ", shows(id)] : [shows(id)]);
    return el("tr", {"data-status": r.status}, el("th", {scope: "row"}, r.id), el("td", {}, r.text,
        r.waived ? el("div", {class: "waived"}, "waived: " + r.waived) : null),
    el("td", {class: "word " + r.status}, STATUS_WORDS[r.status]),
    el("td", {}, few, r.cases.length > 3 ? [" ", el("a", {href: "#requirement=" + encodeURIComponent(r.id)},
        "all " + r.cases.length)] : null));
}

function requirementGroup(source, list) {
    const details = el("details", {"data-source": source, ontoggle: () => {
        if (!details.open || details.dataset.made) return;
        details.dataset.made = "yes";
        details.append(table("Requirements of " + source, ["Requirement", "What", "Status", "Cases"], list.map(requirementRow)));
        filterRequirements();
    }}, el("summary", {}, source + ": " + STATUSES.filter(s => list.some(r => r.status === s))
        .map(s => list.filter(r => r.status === s).length + " " + STATUS_WORDS[s]).join(", "),
    bar(STATUSES.map(s => [s, list.filter(r => r.status === s).length]))));
    return details;
}

function filterRequirements() {
    const status = document.getElementById("status").value;
    for (const row of document.querySelectorAll("tr[data-status]")) row.hidden = status !== "" && row.dataset.status !== status;
}

function requirements() {
    const list = data.requirements || [];
    if (!list.length) return null;
    const sources = [...new Set(list.map(r => r.source))];
    return el("section", {"aria-labelledby": "coverage"}, el("h2", {id: "coverage"}, "Requirements"),
        el("div", {class: "filters"}, el("label", {}, "Status ", el("select", {id: "status", onchange: () => {
            for (const d of document.querySelectorAll("[data-source]")) d.open = true;
            filterRequirements();
        }}, el("option", {value: ""}, "all"), STATUSES.map(s => el("option", {value: s}, STATUS_WORDS[s] + " (" +
            list.filter(r => r.status === s).length + ")"))))),
        sources.map(s => requirementGroup(s, list.filter(r => r.source === s))));
}

header();
document.getElementById("main").append(...[glance(), cardFacts(), caseList(), requirements()].filter(Boolean));
apply();
readHash();
addEventListener("hashchange", readHash);
