import { createElement, useId, useState } from "react"

const all = window.mtw.components
const { number } = window.mtw
const Actions = (all.Actions ??= window.mtw.actions({ createElement, useState }))

if (!all.AugmentationCard) {
  const VERDICTS = {
    helps: ["good", "✓ They help"],
    unclear: ["info", "No gain seen"],
    harms: ["warning", "They harm"],
  }
  const points = (score) => number(Math.round(100 * score))
  const signed = (score) => `${score < 0 ? "−" : "+"}${number(Math.abs(Math.round(1000 * score) / 10))}`

  all.AugmentationCard = function AugmentationCard({ title, data, callAction }) {
    const id = useId()
    const going = data.checking && ["queued", "running"].includes(data.checking.status)
    const broken = data.checking && ["failed", "cancelled"].includes(data.checking.status)
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="augmentation-card" data-state={data.state}>
        <h3 id={id}>{title}</h3>
        {going && (
          <p className="mtw-note">
            <progress value={data.checking.fraction} max={1} aria-label="Making and measuring rows" /> {data.checking.message}{" "}
            … you can go on meanwhile.
          </p>
        )}
        {broken && <p className="mtw-note mtw-note-warning">This could not be measured, so nothing was added.</p>}
        {data.verdict && (
          <p className={`mtw-note mtw-note-${VERDICTS[data.verdict][0]}`}>
            <span className="mtw-tag">{VERDICTS[data.verdict][1]}</span>
            {data.sentence}
          </p>
        )}
        {data.labels.length > 0 && (
          <div className="mtw-scroll" tabIndex={0} role="region" aria-label="Scores of the rare labels">
            <table className="mtw-table">
              <caption className="mtw-small">
                Score (F1, of 100) on rows held back, without and with the new rows; the range is where the difference
                lies in 90 of 100 cases.
              </caption>
              <thead>
                <tr>
                  <th scope="col">Label</th>
                  <th scope="col">Rows</th>
                  <th scope="col">New</th>
                  <th scope="col">Without</th>
                  <th scope="col">With</th>
                  <th scope="col">Difference</th>
                </tr>
              </thead>
              <tbody>
                {data.labels.map((row) => (
                  <tr key={row.label}>
                    <th scope="row">{row.label}</th>
                    <td>{number(row.rows)}</td>
                    <td>{number(row.added)}</td>
                    <td>{points(row.before)}</td>
                    <td>{points(row.after)}</td>
                    <td>
                      {signed(row.after - row.before)}{" "}
                      <span className="mtw-small">
                        ({signed(row.low)} to {signed(row.high)})
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data.samples.length > 0 && (
          <details>
            <summary>Some of the new rows</summary>
            <ul className="mtw-list mtw-changes">
              {data.samples.map((row, i) => (
                <li key={i}>
                  <div className="mtw-small">{row.label}</div>
                  <div className="mtw-before">
                    <span className="mtw-side">Made from</span> {row.made_from}
                  </div>
                  <div className="mtw-after">
                    <span className="mtw-side">New</span> {row.text}
                  </div>
                </li>
              ))}
            </ul>
          </details>
        )}
        {data.note && <p className="mtw-small">{data.note}</p>}
        {data.buttons.length > 0 && <Actions options={data.buttons} callAction={callAction} />}
      </section>
    )
  }
}

export default <all.AugmentationCard {...props} callAction={callAction} />
