import { useId } from "react"

const all = window.mtw.components
const { number } = window.mtw

if (!all.ComparisonCard) {
  function Text({ pieces, side }) {
    const Mark = side === "before" ? "del" : "ins"
    return pieces.map((piece, i) => (piece.changed ? <Mark key={i}>{piece.text}</Mark> : <span key={i}>{piece.text}</span>))
  }

  function Table({ title, headings, rows }) {
    return (
      <div>
        <h4>{title}</h4>
        <div className="mtw-scroll" tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                {headings.map((heading, i) => (
                  <th key={heading} scope="col" className={i ? "mtw-num" : undefined}>
                    {heading}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, r) => (
                <tr key={r}>
                  {row.map((cell, c) =>
                    c === 0 ? (
                      <th key={c} scope="row">
                        {cell}
                      </th>
                    ) : (
                      <td key={c} className="mtw-num">
                        {typeof cell === "number" ? number(cell) : cell}
                      </td>
                    )
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    )
  }

  all.ComparisonCard = function ComparisonCard({ title, data }) {
    const id = useId()
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="comparison-card">
        <h3 id={id}>{title}</h3>
        <dl className="mtw-facts">
          {[
            [data.before, `${number(data.rows_before)} rows`],
            [data.after, `${number(data.rows_after)} rows`],
            ["Only in the first", number(data.rows_removed)],
            ["Only in the second", number(data.rows_added)],
            ["Changed", number(data.rows_changed)],
          ].map(([name, value], i) => (
            <div key={i}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p>{data.sentence}</p>
        {data.steps.length > 0 && (
          <ul className="mtw-points">
            {data.steps.map((step, i) => (
              <li key={i}>{step}</li>
            ))}
          </ul>
        )}
        {data.moves.length > 0 && (
          <Table
            title="Answers that moved"
            headings={["From", "To", "Rows"]}
            rows={data.moves.map((m) => [m.before || "(empty)", m.after || "(empty)", m.rows])}
          />
        )}
        {data.labels.length > 0 && (
          <Table
            title="How often each answer appears"
            headings={["Answer", "Before", "After"]}
            rows={data.labels.map((l) => [l.label, l.before, l.after])}
          />
        )}
        {data.columns.length > 0 && (
          <Table
            title="Columns that differ"
            headings={["Column", "Before", "After", "Cells changed"]}
            rows={data.columns.map((c) => [c.name, c.before ?? "not there", c.after ?? "not there", c.cells_changed ?? "–"])}
          />
        )}
        {data.examples.length > 0 && (
          <details>
            <summary>Examples</summary>
            <ul className="mtw-list mtw-changes">
              {data.examples.map((change, i) => (
                <li key={i}>
                  <div className="mtw-small">
                    {change.fix}
                    {change.column ? ` in “${change.column}”` : ""}
                  </div>
                  {change.before.length > 0 && (
                    <div className="mtw-before">
                      <span className="mtw-side">First</span> <Text pieces={change.before} side="before" />
                    </div>
                  )}
                  {change.after.length > 0 && (
                    <div className="mtw-after">
                      <span className="mtw-side">Second</span> <Text pieces={change.after} side="after" />
                    </div>
                  )}
                </li>
              ))}
            </ul>
          </details>
        )}
      </section>
    )
  }
}

export default <all.ComparisonCard {...props} />
