import { useId } from "react"

const all = window.mtw.components
const { number, percent } = window.mtw

if (!all.DataCard) {
  const USED = ["text", "label", "labels", "tokens", "tags", "spans", "prompt", "response"]

  all.Bars = function Bars({ rows }) {
    const most = Math.max(...rows.map((r) => r.count), 1)
    return (
      <ul className="mtw-bars">
        {rows.map((row) => (
          <li key={row.label}>
            <span className="mtw-bar-label" title={row.label}>
              {row.label}
            </span>
            <span className="mtw-track" aria-hidden="true">
              <span className="mtw-fill" style={{ width: `${(100 * row.count) / most}%` }} />
            </span>
            <span className="mtw-num">
              {number(row.count)} <span className="mtw-small">({percent(row.share)})</span>
            </span>
          </li>
        ))}
      </ul>
    )
  }

  function Preview({ data }) {
    return (
      <div className="mtw-scroll" tabIndex={0} role="region" aria-label={`The first ${data.preview.length} rows of ${data.name}`}>
        <table>
          <thead>
            <tr>
              {data.columns.map((column) => (
                <th key={column.name} scope="col">
                  {column.name}
                  <br />
                  <span className={"mtw-role" + (USED.includes(column.role) ? " mtw-role-used" : "")}>{column.role}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.preview.map((row, r) => (
              <tr key={r}>
                {row.map((cell, c) => (
                  <td key={c} style={String(cell).length <= 16 ? { whiteSpace: "nowrap" } : { minWidth: "13rem" }}>
                    <span className="mtw-cell">{cell === null ? "" : String(cell)}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )
  }

  all.DataCard = function DataCard({ title, data }) {
    const id = useId()
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="data-card">
        <h3 id={id}>{title}</h3>
        {data.why && <p>{data.why}</p>}
        <Preview data={data} />
        <p className="mtw-small">
          {data.preview.length < data.rows ? `The first ${data.preview.length} of ${number(data.rows)} rows. ` : ""}
          {data.hidden_columns > 0 ? `${data.hidden_columns} more columns are not shown. ` : ""}
          {data.read_as ? `Read as ${data.read_as}.` : ""}
        </p>
        {data.labels.length > 0 && (
          <div>
            <h4>
              {data.label ? `How often each answer in “${data.label}” appears` : "How often each answer appears"}
            </h4>
            <all.Bars rows={data.labels} />
            {data.hidden_labels > 0 && <p className="mtw-small">and {number(data.hidden_labels)} more</p>}
            {data.labels_sentence && <p className="mtw-small" style={{ marginTop: "0.5rem" }}>{data.labels_sentence}</p>}
          </div>
        )}
        <details>
          <summary>All columns</summary>
          <div className="mtw-scroll" tabIndex={0} role="region" aria-label="All columns">
            <table>
              <thead>
                <tr>
                  <th scope="col">Column</th>
                  <th scope="col">Used as</th>
                  <th scope="col">Kind</th>
                  <th scope="col" className="mtw-num">Empty</th>
                  <th scope="col" className="mtw-num">Different values</th>
                </tr>
              </thead>
              <tbody>
                {data.columns.map((column) => (
                  <tr key={column.name}>
                    <th scope="row">{column.name}</th>
                    <td>{column.role}</td>
                    <td>{column.type}</td>
                    <td className="mtw-num">{number(column.missing)}</td>
                    <td className="mtw-num">{number(column.unique)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      </section>
    )
  }
}

export default <all.DataCard {...props} />
