// The findings about the whole dataset, such as a class that is never used. They are not findings of one sample.

const findingsPanel = find("dataset-findings");
findingsPanel.hidden = !datasetFindings.length;
findingsPanel.querySelector("summary").textContent = `${plural(datasetFindings.length, "finding")} about the whole dataset`;
findingsPanel.append(
  ...findingItems(datasetFindings.map((finding) => ({ ...finding, message: `${finding.sample}: ${finding.message}` }))),
);
