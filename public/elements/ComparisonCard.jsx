import { createElement, useId } from "react"

const all = window.mtw.components
const { number } = window.mtw
const Table = (all.Table ??= window.mtw.table(createElement))

if (!all.ComparisonCard) {
  function Text({ pieces, side }) {
    const Mark = side === "before" ? "del" : "ins"
    return pieces.map((piece, i) => (piece.changed ? <Mark key={i}>{piece.text}</Mark> : <span key={i}>{piece.text}</span>))
  }

  function Titled({ title, headings, rows }) {
    const figures = rows.map((cells) => cells.map((cell) => (typeof cell === "number" ? number(cell) : cell)))
    return (
      <div>
        <h4>{title}</h4>
        <Table label={title} headings={headings} rows={figures} />
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
          <Titled
            title="Answers that moved"
            headings={["From", "To", "Rows"]}
            rows={data.moves.map((m) => [m.before || "(empty)", m.after || "(empty)", m.rows])}
          />
        )}
        {data.labels.length > 0 && (
          <Titled
            title="How often each answer appears"
            headings={["Answer", "Before", "After"]}
            rows={data.labels.map((l) => [l.label, l.before, l.after])}
          />
        )}
        {data.columns.length > 0 && (
          <Titled
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
