import { useId } from "react"

const all = window.mtw.components
const { duration, number, percent } = window.mtw

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
        <div className="mtw-scroll" tabIndex={0} role="region" aria-label="The trainings side by side">
          <table>
            <thead>
              <tr>
                <th scope="col">Training</th>
                <th scope="col">Method</th>
                <th scope="col">Data</th>
                <th scope="col" className="mtw-num">{data.metric_label}</th>
                <th scope="col" className="mtw-num">95 % between</th>
                <th scope="col" className="mtw-num">Exam rows</th>
                <th scope="col" className="mtw-num">Time</th>
              </tr>
            </thead>
            <tbody>
              {data.runs.map((run) => (
                <tr key={run.run_id}>
                  <th scope="row">
                    {run.name} {run.best ? "(best)" : ""}
                  </th>
                  <td>{run.recipe_title}</td>
                  <td>{run.data}</td>
                  <td className="mtw-num">{figure(run.value)}</td>
                  <td className="mtw-num">{run.low === null ? "–" : `${figure(run.low)} to ${figure(run.high)}`}</td>
                  <td className="mtw-num">{number(run.rows)}</td>
                  <td className="mtw-num">{duration(run.seconds)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
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
