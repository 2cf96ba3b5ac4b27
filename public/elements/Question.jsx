import { useEffect, useId, useRef, useState } from "react"

const all = window.mtw.components

if (!all.Question) {
  const initial = (fields) => Object.fromEntries(fields.map((f) => [f.name, f.value ?? (f.kind === "boolean" ? false : "")]))

  all.Field = function Field({ field, value, onChange }) {
    const id = useId()
    const help = field.help ? `${id}-help` : undefined
    const common = { id, value: value ?? "", "aria-describedby": help, onChange: (e) => onChange(e.target.value) }
    let input
    if (field.kind === "choice") {
      input = (
        <select {...common}>
          {field.options.map((o) => (
            <option key={o} value={o}>
              {o}
            </option>
          ))}
        </select>
      )
    } else if (field.kind === "boolean") {
      input = <input id={id} type="checkbox" checked={!!value} aria-describedby={help} onChange={(e) => onChange(e.target.checked)} />
    } else if (field.kind === "number") {
      input = <input type="number" step="any" min={field.minimum ?? undefined} max={field.maximum ?? undefined} {...common} />
    } else {
      input = <input type="text" {...common} />
    }
    return (
      <div className="mtw-field">
        <label htmlFor={id}>{field.label}</label>
        {input}
        {field.help && (
          <p className="mtw-small" id={help}>
            {field.help}
          </p>
        )}
      </div>
    )
  }

  all.Question = function Question({ ask_id, ask, text, options, fields, open, approves, callAction }) {
    const id = useId()
    const box = useRef(null)
    const [busy, setBusy] = useState(false)
    const [typed, setTyped] = useState("")
    const [values, setValues] = useState(() => initial(fields))

    useEffect(() => setBusy(false), [open])
    useEffect(() => {
      // The focus follows the conversation of somebody who answers by buttons; it is never taken from the text field.
      const at = document.activeElement
      const elsewhere = at && at !== document.body && !at.closest?.(".mtw-ask, .mtw-card")
      if (open && !elsewhere && window.mtw.answering) box.current?.focus({ preventScroll: true })
      window.mtw.answering = false
      // What waits for a yes is not left below the edge of the window.
      const live = performance.now() > 4000
      if (open && approves && live) setTimeout(() => box.current?.scrollIntoView({ block: "nearest" }), 250)
    }, [])

    async function answer(value) {
      setBusy(true)
      window.mtw.answering = true
      const done = await callAction({ name: "answer", payload: { ask_id, value } }).catch(() => null)
      if (!done?.success) setBusy(false)
    }

    function press(option) {
      if (option.id === "upload") document.getElementById("upload-button-input")?.click()
      else if (option.id === "change" && window.mtw.openChange?.()) return
      else answer(option.id)
    }

    const submit = (event) => {
      event.preventDefault()
      if (ask !== "text") answer(values)
      else if (typed.trim()) answer(typed.trim())
    }
    // The first button of a form is what sends it.
    const buttons = (fields.length ? options.slice(1) : options).map((option) => (
      <button
        key={option.id}
        type="button"
        disabled={busy}
        className={`mtw-button mtw-button-${option.style}`}
        onClick={() => press(option)}
      >
        {option.label}
      </button>
    ))
    return (
      <div className="mtw-ask" role="group" aria-labelledby={id} ref={box} tabIndex={-1} data-testid="question" data-open={open} dir="auto">
        <p id={id}>{text}</p>
        {open && ask === "file" && !options.length && (
          <button type="button" className="mtw-button mtw-button-primary" onClick={() => press({ id: "upload" })}>
            Choose a file
          </button>
        )}
        {open && ask === "text" && (
          <form className="mtw-try" onSubmit={submit}>
            <input aria-labelledby={id} value={typed} disabled={busy} onChange={(e) => setTyped(e.target.value)} />
            <button type="submit" className="mtw-button mtw-button-primary" disabled={busy || !typed.trim()}>
              Send
            </button>
          </form>
        )}
        {open && fields.length > 0 && (
          <form onSubmit={submit}>
            <div className="mtw-form">
              {fields.map((f) => (
                <all.Field key={f.name} field={f} value={values[f.name]} onChange={(v) => setValues({ ...values, [f.name]: f.kind === "number" && v !== "" ? Number(v) : v })} />
              ))}
            </div>
            <div className="mtw-buttons" style={{ marginTop: "0.8rem" }}>
              <button type="submit" disabled={busy} className="mtw-button mtw-button-primary">
                {options[0]?.label || "Use this"}
              </button>
              {buttons}
            </div>
          </form>
        )}
        {open && fields.length === 0 && options.length > 0 && <div className="mtw-buttons">{buttons}</div>}
      </div>
    )
  }
}

export default <all.Question {...props} callAction={callAction} />
