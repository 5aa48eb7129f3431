// Filter the samples by text, split, status, class and findings.

const filters = { shown: entries, changed: new EventTarget() };

const searchTexts = entries.map((entry) =>
  [
    entry.name,
    entry.uuid ?? "",
    entry.frame_name ?? "",
    entry.split ?? "",
    statusOf(entry),
    ...entry.object_attributes,
    ...entry.attributes.flat(),
    ...entry.metadata.flat(),
    ...entry.findings.flatMap((finding) => [finding.check, finding.message]),
  ]
    .join("\n")
    .toLowerCase(),
);

const hasClass = (entry, number) => entry.objects?.some(([classNumber]) => classNumber === number) ?? false;
const hasSeverity = (entry, severity) => entry.findings.some((finding) => finding.severity === severity);

/** Return a function that tests whether a sample matches an option of the findings filter. */
function findingTest(choice) {
  if (choice === "any") return (entry) => entry.findings.length > 0;
  if (choice === "none") return (entry) => entry.findings.length === 0;
  if (choice === "error" || choice === "warning") return (entry) => hasSeverity(entry, choice);
  const check = choice.replace("check:", "");
  return (entry) => entry.findings.some((finding) => finding.check === check);
}

function applyFilters() {
  const words = find("text").value.toLowerCase().split(/\s+/).filter(Boolean);
  const [split, status, number, finding] = ["split", "status", "class", "finding"].map((id) => find(id).value);
  filters.shown = entries.filter(
    (entry) =>
      words.every((word) => searchTexts[entry.index].includes(word)) &&
      (!split || entry.split === split) &&
      (!status || statusOf(entry) === status) &&
      (!number || hasClass(entry, Number(number))) &&
      (!finding || findingTest(finding)(entry)),
  );
  filters.changed.dispatchEvent(new Event("change"));
}

/** Fill a filter with its options and the number of samples of each option. An option without samples is left out. */
function fillSelect(id, noFilter, choices) {
  const options = choices
    .map(([value, name, test]) => [value, name, entries.filter(test).length])
    .filter(([, , count]) => count > 0)
    .map(([value, name, count]) => element("option", { value }, `${name} (${count.toLocaleString("en")})`));
  find(id).replaceChildren(element("option", { value: "" }, noFilter), ...options);
}

const distinct = (values) => [...new Set(values)].sort();

function fillFilters() {
  const statuses = distinct(entries.map(statusOf));
  const checks = distinct(entries.flatMap((entry) => entry.findings.map((finding) => finding.check)));
  fillSelect("split", "All", splits.map((split) => [split, split, (entry) => entry.split === split]));
  find("split").parentElement.hidden = splits.length < 2;
  fillSelect("status", "All", statuses.map((status) => [status, status, (entry) => statusOf(entry) === status]));
  fillSelect("class", "All", classes.map(({ name }, number) => [number, name, (entry) => hasClass(entry, number)]));
  fillSelect("finding", "All", [
    ["any", "With findings", findingTest("any")],
    ["none", "Without findings", findingTest("none")],
    ["error", "Errors", findingTest("error")],
    ["warning", "Warnings", findingTest("warning")],
    ...checks.map((check) => [`check:${check}`, check, findingTest(`check:${check}`)]),
  ]);
  find("filters").addEventListener("input", applyFilters);
  find("filters").addEventListener("submit", (event) => event.preventDefault());
  find("clear").addEventListener("click", () => {
    find("filters").reset();
    applyFilters();
    find("text").focus();
  });
}

fillFilters();
