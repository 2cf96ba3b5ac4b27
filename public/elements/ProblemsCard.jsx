import { createElement, useId, useState } from "react"

const all = window.mtw.components
const { number, percent } = window.mtw
const Actions = (all.Actions ??= window.mtw.actions({ createElement, useState }))

if (!all.ProblemsCard) {
  const WORDS = { blocking: "Must be fixed", warning: "Worth fixing", info: "Good to know" }
  const VERDICTS = {
    ready: ["good", "✓ Ready"],
    fix_first: ["warning", "Better fix this first"],
    not_enough: ["blocking", "Not enough yet"],
  }

  // How good a quick model gets with more rows: bars from 0, the interval in words.
  function Curve({ curve, metric }) {
    return (
      <details>
        <summary>How good it gets with more rows</summary>
        <ul className="mtw-bars">
          {curve.map((point) => (
            <li key={point.rows}>
              <span className="mtw-bar-label">{number(point.rows)} rows</span>
              <span className="mtw-track" aria-hidden="true">
                <span className="mtw-fill" style={{ width: `${100 * Math.max(0, point.score)}%` }} />
              </span>
              <span className="mtw-num">
                {percent(point.score)}{" "}
                <span className="mtw-small">
                  ({percent(point.low)} to {percent(point.high)})
                </span>
              </span>
            </li>
          ))}
        </ul>
        <p className="mtw-small">
          A quick model learned from so many of your rows; the bars show its {metric || "score"} on rows it had not seen.
        </p>
      </details>
    )
  }

  all.ProblemsCard = function ProblemsCard({ title, data, callAction }) {
    const id = useId()
    const privacy = Object.entries(data.privacy || {})
    const buttons = data.buttons || []
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="problems-card">
        <h3 id={id}>{title}</h3>
        {data.problems.length === 0 && privacy.length === 0 && !data.verdict && (
          <p className="mtw-note mtw-note-good">
            <span className="mtw-tag">✓ Ready</span>Nothing in this data stands in the way of a training.
          </p>
        )}
        {data.verdict && (
          <p className={`mtw-note mtw-note-${VERDICTS[data.verdict.kind][0]}`}>
            <span className="mtw-tag">{VERDICTS[data.verdict.kind][1]}</span>
            {data.verdict.sentence}
          </p>
        )}
        <ul className="mtw-list">
          {data.problems.map((problem) => (
            <li key={problem.code} className={`mtw-note mtw-note-${problem.severity}`} data-problem={problem.code}>
              <span className="mtw-tag">{WORDS[problem.severity]}</span>
              {problem.message.startsWith(title) && data.problems.length === 1 ? "For example:" : problem.message}
              {problem.examples.length > 0 && (
                <span className="mtw-quotes">
                  {problem.examples.slice(0, 3).map((example, i) => (
                    <code key={i}>{example}</code>
                  ))}
                </span>
              )}
              {problem.button && (
                <div className="mtw-mend">
                  <Actions options={[problem.button]} callAction={callAction} />
                </div>
              )}
            </li>
          ))}
        </ul>
        {privacy.length > 0 && (
          <p className="mtw-note mtw-note-warning">
            <span className="mtw-tag">Personal data</span>
            {privacy.map(([kind, rows]) => `${kind.replace(/_/g, " ")} in ${number(rows)} rows`).join(", ")}
          </p>
        )}
        {data.checking && ["queued", "running"].includes(data.checking.status) && (
          <p className="mtw-note" data-testid="closer-look">
            <progress value={data.checking.fraction} max={1} aria-label="Closer look by a model" />{" "}
            {data.checking.message} … you can go on meanwhile.
          </p>
        )}
        {data.verdict?.curve.length > 0 && <Curve curve={data.verdict.curve} metric={data.verdict.metric} />}
        {buttons.length > 0 && <Actions options={buttons} callAction={callAction} />}
      </section>
    )
  }
}

export default <all.ProblemsCard {...props} callAction={callAction} />
