import { useEffect, useId, useRef, useState } from "react"

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

  // Which columns are read, which one is learned, and what for: chosen by clicking.
  function ColumnsForm({ data, onDone, callAction }) {
    const id = useId()
    const form = useRef(null)
    const [text, setText] = useState(data.text)
    const [label, setLabel] = useState(data.label || "")
    const [task, setTask] = useState(data.task || "")
    const [busy, setBusy] = useState(false)
    const same = String(text) === String(data.text) && label === (data.label || "") && task === (data.task || "")

    useEffect(() => {
      form.current?.querySelector("input")?.focus()
    }, [])

    const read = (name, on) => {
      setText(data.columns.map((c) => c.name).filter((n) => (n === name ? on : text.includes(n))))
      if (on && label === name) setLabel("")
    }
    const learn = (name) => {
      setLabel(name)
      setText(text.filter((n) => n !== name))
    }
    async function submit(event) {
      event.preventDefault()
      setBusy(true)
      const values = { text, label, ...(task && task !== data.task ? { task } : {}) }
      if (await window.mtw.press(callAction, data.button.id, values)) onDone()
      else setBusy(false)
    }
    return (
      <form ref={form} onSubmit={submit} className="mtw-change" aria-label="Choose the columns" data-testid="columns-form">
        <div className="mtw-scroll" tabIndex={0} role="region" aria-label="What each column is for">
          <table>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Read it</th>
                <th scope="col">Learn it</th>
                <th scope="col">For example</th>
              </tr>
            </thead>
            <tbody>
              {data.columns.map((column, c) => (
                <tr key={column.name}>
                  <th scope="row">{column.name}</th>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`Read “${column.name}”`}
                      checked={text.includes(column.name)}
                      onChange={(e) => read(column.name, e.target.checked)}
                    />
                  </td>
                  <td>
                    <input
                      type="radio"
                      name={`${id}-label`}
                      aria-label={`Learn “${column.name}”`}
                      checked={label === column.name}
                      onChange={() => learn(column.name)}
                    />
                  </td>
                  <td>
                    <span className="mtw-cell">{String(data.preview.find((row) => row[c] !== null && row[c] !== "")?.[c] ?? "")}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {data.tasks.length > 1 && (
          <div className="mtw-field" style={{ marginTop: "0.8rem", maxWidth: "24rem" }}>
            <label htmlFor={`${id}-task`}>What it is for</label>
            <select id={`${id}-task`} value={task} onChange={(e) => setTask(e.target.value)}>
              {!data.task && <option value="">not known yet</option>}
              {data.tasks.map(([name, words]) => (
                <option key={name} value={name}>
                  {words}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="mtw-buttons" style={{ marginTop: "0.8rem" }}>
          <button type="submit" className="mtw-button mtw-button-primary" disabled={busy || same || !text.length || !label}>
            {same ? "Nothing changed yet" : data.button.label}
          </button>
          <button type="button" className="mtw-button" onClick={onDone}>
            Leave it as it is
          </button>
        </div>
      </form>
    )
  }

  all.DataCard = function DataCard({ title, data, callAction }) {
    const id = useId()
    const [changing, setChanging] = useState(false)

    useEffect(() => {
      if (!data.button) return undefined
      // The newest card on the page that can be changed is the one that the button "Change" below it opens.
      const open = () => {
        setChanging(true)
        return true
      }
      window.mtw.openChange = open
      return () => {
        if (window.mtw.openChange === open) window.mtw.openChange = undefined
      }
    }, [])
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
        {data.button && !changing && (
          <div className="mtw-buttons">
            <button type="button" className="mtw-button" onClick={() => setChanging(true)}>
              Choose other columns
            </button>
          </div>
        )}
        {changing && <ColumnsForm data={data} callAction={callAction} onDone={() => setChanging(false)} />}
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

export default <all.DataCard {...props} callAction={callAction} />
