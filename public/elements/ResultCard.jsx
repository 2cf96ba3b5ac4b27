import { createElement, useEffect, useId, useRef, useState } from "react"

const all = window.mtw.components
const { duration, number, percent } = window.mtw
const Table = (all.Table ??= window.mtw.table(createElement))

if (!all.ResultCard) {
  const VERDICTS = {
    good: ["mtw-note-good", "✓ Good to use"],
    fair: ["mtw-note-warning", "Usable, with care"],
    weak: ["mtw-note-blocking", "Not good enough yet"],
  }

  function PerClass({ rows, hidden }) {
    const [whole, setWhole] = useState(false)
    const shown = whole ? rows : rows.slice(0, 10)
    return (
      <div>
        <h4>Each answer, the weakest first</h4>
        <div className="mtw-scroll" tabIndex={0} role="region" aria-label="Scores of each answer">
          <table>
            <thead>
              <tr>
                <th scope="col">Answer</th>
                <th scope="col" className="mtw-num">Precision</th>
                <th scope="col" className="mtw-num">Recall</th>
                <th scope="col" className="mtw-num">F1</th>
                <th scope="col" className="mtw-num">Exam rows</th>
                <th scope="col">Most often taken for</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row.label}>
                  <th scope="row">{row.label}</th>
                  <td className="mtw-num">{percent(row.precision, 1)}</td>
                  <td className="mtw-num">{percent(row.recall, 1)}</td>
                  <td className="mtw-num">{percent(row.f1, 1)}</td>
                  <td className="mtw-num">{number(row.support)}</td>
                  <td>{row.confused_with ? `${row.confused_with} (${number(row.confused_count)})` : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {rows.length > 10 && (
          <button type="button" className="mtw-button" style={{ marginTop: "0.5rem" }} aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {whole ? "Show fewer" : `Show all ${rows.length}`}
          </button>
        )}
        {hidden > 0 && <p className="mtw-small">{number(hidden)} more answers are not listed.</p>}
      </div>
    )
  }

  const shown = (metric, value, digits) => (metric.share ? percent(value, digits) : value.toFixed(1))

  function Metric({ metric }) {
    return (
      <div className="mtw-tile">
        <div className="mtw-small">{metric.label}</div>
        <strong>{shown(metric, metric.value, 1)}</strong>
        {metric.low !== null && metric.high !== null && (
          <span className="mtw-small">
            {" "}
            ({shown(metric, metric.low)} to {shown(metric, metric.high)})
          </span>
        )}
        <p className="mtw-small">{metric.meaning}</p>
      </div>
    )
  }

  // What the single figures hide. Older results have none of it.
  function Beyond({ data }) {
    const { sureness = [], prices = [], parts = [], details = [], calibration, more_rows: more } = data
    return (
      <>
        {more && (
          <p className="mtw-small" data-testid="more-rows">
            {more.sentence}
          </p>
        )}
        {parts.length > 0 && (
          <details data-testid="parts">
            <summary>On parts of the exam</summary>
            <p>{data.parts_sentence}</p>
            <Table
              label="Parts of the exam, the weakest first"
              headings={["Part", "Rows", "Right", "95 % between"]}
              rows={parts.map((p) => [p.name, number(p.rows), percent(p.value, 1), `${percent(p.low)} to ${percent(p.high)}`])}
            />
          </details>
        )}
        {(sureness.length > 0 || calibration) && (
          <details data-testid="sureness">
            <summary>When it is sure, and when not</summary>
            {calibration && <p>{calibration.sentence}</p>}
            {sureness.length > 0 && (
              <ul className="mtw-points">
                {sureness.map((s) => (
                  <li key={s.threshold}>{s.sentence}</li>
                ))}
              </ul>
            )}
            {prices.length > 0 && (
              <Table
                label="Missed against false alarms"
                headings={[`“${prices[0].label}” said from`, "Missed", "False alarms"]}
                rows={prices.map((p) => [percent(p.threshold), percent(p.missed, 1), percent(p.false_alarms, 1)])}
              />
            )}
            {calibration && (
              <Table
                label="How sure it was, and how often right"
                headings={["Says it is sure", "Was right", "Rows"]}
                rows={calibration.bins.map((b) => [percent(b.confidence), percent(b.right), number(b.rows)])}
              />
            )}
          </details>
        )}
        {details.length > 0 && (
          <details>
            <summary>More figures</summary>
            <div className="mtw-tiles">
              {details.map((m) => (
                <Metric key={m.name} metric={m} />
              ))}
            </div>
          </details>
        )}
      </>
    )
  }

  all.ResultCard = function ResultCard({ title, data }) {
    const id = useId()
    const box = useRef(null)
    useEffect(() => {
      // Who watched the training to its end sees the result come up; nobody else is moved.
      const watched = [...document.querySelectorAll("[data-testid=progress-card]")].pop()?.getBoundingClientRect()
      const seen = watched && watched.bottom > 0 && watched.top < window.innerHeight
      if (performance.now() > 8000 && seen) {
        const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
        setTimeout(() => box.current?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" }), 300)
      }
    }, [])
    const [tone, words] = VERDICTS[data.verdict]
    return (
      <section className="mtw-card" aria-labelledby={id} ref={box} data-testid="result-card">
        <h3 id={id} className="mtw-lead">{data.headline || title}</h3>
        <p className={`mtw-note ${tone}`}>
          <span className="mtw-tag">{words}</span>
          {data.baseline}
        </p>
        {(data.aims || []).map((aim) => {
          const reached = aim.met === "yes" || aim.met === "likely"
          return (
            <p key={aim.sentence} className={`mtw-note ${reached ? "mtw-note-good" : "mtw-note-warning"}`} data-testid="aim">
              <span className="mtw-tag">{reached ? "✓ Your aim" : "✗ Your aim"}</span>
              {aim.sentence}
            </p>
          )
        })}
        <div className="mtw-tiles">
          {data.metrics.map((m) => (
            <Metric key={m.name} metric={m} />
          ))}
        </div>
        {data.per_class.length > 0 && <PerClass rows={data.per_class} hidden={data.hidden_classes} />}
        {data.advice.length > 0 && (
          <div>
            <h4>What would make it better</h4>
            <ul className="mtw-points">
              {data.advice.map((a, i) => (
                <li key={i}>{a}</li>
              ))}
            </ul>
          </div>
        )}
        <Beyond data={data} />
        <details>
          <summary>How it was made</summary>
          <p>
            {data.recipe_title}, trained in {duration(data.seconds)} on {number(data.rows.train ?? 0)} rows, chosen on{" "}
            {number(data.rows.valid ?? 0)}, and scored on {number(data.rows.test ?? 0)} that were put aside before.
          </p>
          {data.tried.length > 0 && (
            <ul className="mtw-points">
              {data.tried.map((t) => (
                <li key={t.recipe}>
                  {t.title}: {t.score === null ? "no score" : percent(t.score, 1)}
                  {t.seconds === null ? "" : `, ${duration(t.seconds)}`} {t.best ? "(best)" : ""} {t.note}
                </li>
              ))}
            </ul>
          )}
        </details>
      </section>
    )
  }
}

export default <all.ResultCard {...props} />
