import { useId, useState } from "react"

const all = window.mtw.components
const { bytes, date, number, percent } = window.mtw

if (!all.ListCard) {
  const STATES = { queued: "waiting", running: "training", succeeded: "done", failed: "failed", cancelled: "stopped" }
  const TASKS = { classification: "sorting", multilabel: "tagging", ner: "finding names", generation: "writing" }

  // For each kind: the rows, their key, and the columns as [heading, cell, is a number].
  const KINDS = {
    datasets: {
      rows: (d) => d.datasets,
      id: (r) => r.dataset_id,
      empty: "No data yet. Drop a file here, or start with an example.",
      columns: [
        [
          "Data",
          (r) => (
            <>
              {`${r.name}${r.version > 1 ? `, version ${r.version}` : ""}${r.current ? " (in use here)" : ""}`}
              {r.steps.length > 0 && (
                <ol className="mtw-steps-done">
                  {r.steps.map((step, i) => (
                    <li key={i}>{step}</li>
                  ))}
                </ol>
              )}
            </>
          ),
        ],
        ["Rows", (r) => number(r.rows), true],
        ["Good for", (r) => (r.task ? TASKS[r.task] : "–")],
        ["Answers", (r) => (r.labels ? number(r.labels) : "–"), true],
        ["Size", (r) => (r.bytes ? bytes(r.bytes) : "–"), true],
        ["Added", (r) => date(r.created_at)],
      ],
    },
    runs: {
      rows: (d) => d.runs,
      id: (r) => r.run_id,
      empty: "No trainings yet. Start with an example, it takes a minute.",
      columns: [
        ["Training", (r) => `${r.name}${r.current ? " (this conversation)" : ""}`],
        ["State", (r) => STATES[r.status] || r.status],
        ["Right answers", (r) => (r.score === null ? "–" : percent(r.score, 1)), true],
        ["Result", (r) => r.headline],
        ["Started", (r) => date(r.created_at)],
      ],
    },
    models: {
      rows: (d) => d.models,
      id: (r) => r.name,
      empty: "There are no models to start from here.",
      columns: [
        ["Model", (r) => r.title],
        ["What it is good at", (r) => `${r.summary} ${r.note}`],
        ["Languages", (r) => r.languages],
        ["Speed", (r) => r.speed],
        ["Size", (r) => `${number(r.parameters_millions)} million`, true],
        ["Licence", (r) => r.licence],
        ["Here?", (r) => (r.available ? "yes" : "no")],
      ],
    },
  }

  all.ListCard = function ListCard({ kind, title, data }) {
    const id = useId()
    const [whole, setWhole] = useState(false)
    const view = KINDS[kind]
    const rows = view.rows(data)
    const shown = whole ? rows : rows.slice(0, 10)
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid={`${kind}-card`}>
        <h3 id={id}>{title}</h3>
        {rows.length === 0 ? (
          <p>{view.empty}</p>
        ) : (
          <div className="mtw-scroll" tabIndex={0} role="region" aria-label={title}>
            <table>
              <thead>
                <tr>
                  {view.columns.map(([heading, , isNumber]) => (
                    <th key={heading} scope="col" className={isNumber ? "mtw-num" : undefined}>
                      {heading}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((row) => (
                  <tr key={view.id(row)}>
                    {view.columns.map(([heading, cell, isNumber], c) =>
                      c === 0 ? (
                        <th key={heading} scope="row">{cell(row)}</th>
                      ) : (
                        <td key={heading} className={isNumber ? "mtw-num" : undefined}>{cell(row)}</td>
                      )
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {rows.length > 10 && (
          <button type="button" className="mtw-button" aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {whole ? "Show fewer" : `Show all ${rows.length}`}
          </button>
        )}
        {data.hidden > 0 && <p className="mtw-small">{number(data.hidden)} older ones are not listed.</p>}
      </section>
    )
  }
}

export default <all.ListCard {...props} />
