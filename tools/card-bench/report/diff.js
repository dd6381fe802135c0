/* The page of a comparison: what changed between two reports, list by list. */

function sides(where, before, now) {
    return el("tr", {}, el("th", {scope: "row"}, where), el("td", {}, before ? marked(before, now) : "–"),
        el("td", {}, now ? marked(now, before) : "–"));
}

function part(id, title, list, make) {
    return el("section", {"aria-labelledby": id}, el("h2", {id}, title + ": " + list.length),
        list.length ? make(list) : el("p", {class: "quiet"}, "none"));
}

function caseNames(one) {
    return [el("strong", {class: "mono"}, one.id), el("div", {class: "quiet"}, one.title)];
}

function oneSided(list) {
    return table("Cases", ["Verdict", "Case", "Reason"], list.map(one => el("tr", {}, el("td", {}, badge(one.verdict)),
        el("th", {scope: "row"}, caseNames(one)), el("td", {}, one.reason || ""))));
}

function verdicts(list) {
    const side = (verdict, reason) => el("td", {}, badge(verdict), " ", reason || "");
    return table("Cases with another verdict", ["Case", "Old", "New"], list.map(one => el("tr", {},
        el("th", {scope: "row"}, caseNames(one)), side(one.old, one["old-reason"]), side(one.new, one["new-reason"]))));
}

function answers(list) {
    return list.map(one => el("section", {"aria-label": one.id}, el("h3", {}, badge(one.verdict), " ", caseNames(one)),
        table("Changes of " + one.id, ["Where", "Old", "New"], one.changes.map(c => sides(c.where, c.old, c.new)))));
}

function slower(list) {
    return table("Slower cases", ["Case", "Old", "New"], list.map(one => el("tr", {}, el("th", {scope: "row"}, caseNames(one)),
        el("td", {}, time(one.old)), el("td", {}, time(one.new)))));
}

function reports() {
    const row = (word, one) => el("tr", {}, el("th", {scope: "row"}, word), el("td", {}, one.card), el("td", {}, one.version),
        el("td", {}, one.ended), VERDICTS.map(v => el("td", {class: "number"}, String((one.summary || {})[v] || 0))));
    return table("The two reports", ["", "Card", "Version", "Ended", ...VERDICTS.map(v => ({number: VERDICT_WORDS[v]}))],
        [row("old", data.old), row("new", data.new)]);
}

const differences = ["facts", "gone", "added", "verdicts", "answers"].reduce((sum, key) => sum + data[key].length, 0);
document.title = count(differences, "difference") + " – softeuicc-bench";
document.getElementById("header").append(el("h1", {}, "Two runs of softeuicc-bench compared"),
    el("p", {id: "total"}, count(data.same, "case") + " the same, " + count(differences, "difference")));
document.getElementById("main").append(reports(),
    part("verdicts", "Other verdict", data.verdicts, verdicts),
    part("answers", "Same verdict, other answers", data.answers, answers),
    part("gone", "Cases gone", data.gone, oneSided),
    part("added", "Cases new", data.added, oneSided),
    part("facts", "Facts of the card that differ", data.facts, list => table("Facts", ["Fact", "Old", "New"],
        list.map(f => sides(f.name, f.old || "", f.new || "")))),
    part("slower", "More than twice as slow", data.slower, slower));
