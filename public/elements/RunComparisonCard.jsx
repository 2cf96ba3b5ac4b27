import { createElement, useId } from "react"

const all = window.mtw.components
const { duration, number, percent } = window.mtw
const Table = (all.Table ??= window.mtw.table(createElement))

if (!all.RunComparisonCard) {
  all.RunComparisonCard = function RunComparisonCard({ title, data }) {
    const id = useId()
    const figure = (value) => (value === null || value === undefined ? "–" : data.share ? percent(value, 1) : value.toFixed(2))
    const sure = data.pairs.every((pair) => pair.real)
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="run-comparison-card">
        <h3 id={id}>{title}</h3>
        <p className={`mtw-note ${sure ? "mtw-note-good" : "mtw-note-warning"}`}>
          <span className="mtw-tag">{sure ? "✓ More than chance" : "Could be chance"}</span>
          {data.cost}
        </p>
        <Table
          label="The trainings side by side"
          headings={["Training", "Method", "Data", data.metric_label, "95 % between", "Exam rows", "Time"]}
          rows={data.runs.map((run) => [
            `${run.name} ${run.best ? "(best)" : ""}`,
            run.recipe_title,
            run.data,
            figure(run.value),
            run.low === null ? "–" : `${figure(run.low)} to ${figure(run.high)}`,
            number(run.rows),
            duration(run.seconds),
          ])}
          text={3}
        />
        <p className="mtw-small">
          {data.metric_label}: {data.meaning}
          {data.lower ? "; less is better" : ""}.
        </p>
        <ul className="mtw-points">
          {data.pairs.map((pair) => (
            <li key={pair.first}>
              {pair.sentence} Difference {figure(pair.difference)} ({figure(pair.low)} to {figure(pair.high)}).
            </li>
          ))}
        </ul>
        {data.note && <p className="mtw-small">{data.note}</p>}
      </section>
    )
  }
}

export default <all.RunComparisonCard {...props} />
