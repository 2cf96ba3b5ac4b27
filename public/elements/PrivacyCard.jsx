import { createElement, useId, useState } from "react"

const all = window.mtw.components
const { number } = window.mtw
const Actions = (all.Actions ??= window.mtw.actions({ createElement, useState }))

if (!all.PrivacyCard) {
  const TREATMENTS = { mask: "Hide", pseudonym: "Use stand-ins", keep: "Keep" }
  const DONE = { mask: "hidden", pseudonym: "replaced by stand-ins", keep: "kept" }

  function Found({ kind, chosen, onChange, disabled }) {
    const id = useId()
    return (
      <div className="mtw-field" data-kind={kind.code}>
        <label htmlFor={id}>
          {kind.label} in {number(kind.rows)} {kind.rows === 1 ? "row" : "rows"}
        </label>
        <select id={id} value={chosen} disabled={disabled} onChange={(e) => onChange(e.target.value)}>
          {Object.entries(TREATMENTS).map(([code, words]) => (
            <option key={code} value={code}>
              {code === "mask" ? `${words}: ${kind.instead}` : words}
            </option>
          ))}
        </select>
        <p className="mtw-small">
          For example{" "}
          {kind.examples.map((example, i) => (
            <code key={i}>{example} </code>
          ))}
        </p>
      </div>
    )
  }

  function Column({ column, left, onChange, disabled }) {
    const id = useId()
    return (
      <div className="mtw-field">
        <label htmlFor={id}>
          <input id={id} type="checkbox" checked={left} disabled={disabled} onChange={(e) => onChange(e.target.checked)} />{" "}
          Leave out the column “{column.name}” ({number(column.rows)} {column.rows === 1 ? "row" : "rows"})
        </label>
      </div>
    )
  }

  all.PrivacyCard = function PrivacyCard({ title, data, callAction }) {
    const id = useId()
    const [pressed, setPressed] = useState("")
    const [kinds, setKinds] = useState(() => Object.fromEntries(data.kinds.map((k) => [k.code, k.treatment])))
    const [left, setLeft] = useState([])
    const press = async (option, values) => {
      setPressed(option.id)
      if (!(await window.mtw.press(callAction, option.id, values))) setPressed("")
    }
    const going = data.checking && ["queued", "running"].includes(data.checking.status)
    const broken = data.checking && ["failed", "cancelled"].includes(data.checking.status)
    const free = data.columns.filter((column) => !column.used)
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="privacy-card" data-done={data.done}>
        <h3 id={id}>{title}</h3>
        {data.done ? (
          <ul className="mtw-list">
            {data.kinds.map((kind) => (
              <li key={`${kind.code}-${kind.treatment}`}>
                {number(kind.values)} {kind.label} {DONE[kind.treatment]}
                {kind.instead && (
                  <>
                    {": "}
                    <code>{kind.instead}</code>
                  </>
                )}
              </li>
            ))}
            {data.dropped.map((name) => (
              <li key={name}>The column “{name}” left out</li>
            ))}
          </ul>
        ) : (
          data.kinds.length > 0 && (
            <div className="mtw-form">
              {data.kinds.map((kind) => (
                <Found
                  key={kind.code}
                  kind={kind}
                  chosen={kinds[kind.code]}
                  disabled={!!pressed}
                  onChange={(treatment) => setKinds({ ...kinds, [kind.code]: treatment })}
                />
              ))}
              {free.map((column) => (
                <Column
                  key={column.name}
                  column={column}
                  left={left.includes(column.name)}
                  disabled={!!pressed}
                  onChange={(on) => setLeft(on ? [...left, column.name] : left.filter((name) => name !== column.name))}
                />
              ))}
            </div>
          )
        )}
        {going && (
          <p className="mtw-note" data-testid="hiding">
            <progress value={data.checking.fraction} max={1} aria-label="Hiding personal data" /> {data.checking.message}{" "}
            … you can go on meanwhile.
          </p>
        )}
        {broken && <p className="mtw-note mtw-note-warning">This was not finished, so nothing was changed.</p>}
        {data.note && <p className="mtw-small">{data.note}</p>}
        <Actions
          options={data.checking && !going ? [] : data.buttons}
          callAction={callAction}
          before={
            data.button && (
              <button
                type="button"
                className="mtw-button mtw-button-plain"
                disabled={!!pressed}
                onClick={() => press(data.button, { kinds, ...(left.length ? { drop_columns: left } : {}) })}
              >
                {data.button.label}
              </button>
            )
          }
        />
      </section>
    )
  }
}

export default <all.PrivacyCard {...props} callAction={callAction} />
