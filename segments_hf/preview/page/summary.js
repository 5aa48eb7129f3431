// The summary in the header of the page, and the size of the file in the footer.

/** Return the number of samples or frames on the page, and how they were chosen if the input has or may have more. */
function countText() {
  const unit = page.counts_frames ? "frame" : "sample";
  const isStream = page.total === null;
  const shown = isStream || page.counts_frames ? entries.length : Math.min(page.limit ?? page.total, page.total);
  if (!isStream && shown < page.total) return `${shown.toLocaleString("en")} of ${plural(page.total, unit)}, evenly spaced`;
  if (!isStream || page.limit === null || shown < page.limit) return plural(shown, unit);
  const rest = splits.length > 1 ? "the first ones of each split" : "the first ones of the stream";
  return `${plural(shown, unit)}, ${rest}`;
}

function summary() {
  const objects = entries.reduce((sum, entry) => sum + objectCount(entry), 0);
  const withFindings = entries.filter((entry) => entry.findings.length).length;
  return [
    page.task_type,
    countText(),
    entryNoun === "frame" && !page.counts_frames && plural(entries.length, "frame"),
    entries.some(isUncounted) && !objects ? "objects not counted" : plural(objects, "object"),
    withFindings ? `findings in ${plural(withFindings, entryNoun)}` : noFindings + (datasetFindings.length ? " in samples" : ""),
    notChecked && `not checked: ${notChecked}`,
    !page.draws_labels && "labels are listed as attributes, not drawn",
  ]
    .filter(Boolean)
    .join(" · ");
}

const { format } = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const fileSize = parse(blocks("size")[0]);

find("summary").textContent = summary();
find("file-size").textContent = `This page is one file of ${format(fileSize / 1e6)} MB.`;
