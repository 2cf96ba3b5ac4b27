import { useEffect, useId, useRef, useState } from "react"

const all = window.mtw.components
const { duration } = window.mtw

if (!all.PlanCard) {
  function span(low, high) {
    return Math.round(low) === Math.round(high) ? `about ${duration(high)}` : `${duration(low)} to ${duration(high)}`
  }

  // What has spaces or commas in it is one value all the same.
  const quoted = (value) => (/[\s,;=]/.test(value) ? `"${String(value).replaceAll('"', "")}"` : value)

  // These are seen at once; the others stand in the details.
  const FIRST = /^(time|memory|cost|rows)/i

  function Field({ setting, value, onChange }) {
    const id = useId()
    const { field } = setting
    const common = { id, value: value ?? "", "aria-describedby": `${id}-help`, onChange: (e) => onChange(e.target.value) }
    let input
    if (field.kind === "choice" || field.kind === "boolean") {
      const options = field.kind === "boolean" ? ["true", "false"] : field.options
      input = (
        <select {...common} value={String(value)}>
          {options.map((o) => (
            <option key={o} value={o}>
              {field.kind === "boolean" ? (o === "true" ? "yes" : "no") : o}
            </option>
          ))}
        </select>
      )
    } else {
      input = (
        <input
          type={field.kind === "number" ? "number" : "text"}
          step="any"
          min={field.minimum ?? undefined}
          max={field.maximum ?? undefined}
          {...common}
        />
      )
    }
    return (
      <div className="mtw-field">
        <label htmlFor={id}>{setting.label}</label>
        {input}
        <p className="mtw-small" id={`${id}-help`}>
          {setting.help} {setting.effect}
        </p>
      </div>
    )
  }

  function ChangeForm({ data, onDone, sendUserMessage }) {
    const start = () => Object.fromEntries(data.settings.map((s) => [s.name, s.field.value ?? s.value]))
    const [values, setValues] = useState(start)
    const [before] = useState(start)
    const form = useRef(null)
    const groups = [...new Set(data.settings.map((s) => s.group))]
    const changed = data.settings.filter((s) => String(values[s.name]) !== String(before[s.name]))

    useEffect(() => {
      form.current?.querySelector("input, select")?.focus()
    }, [])

    function submit(event) {
      event.preventDefault()
      if (!changed.length) return onDone()
      window.mtw.answering = true
      sendUserMessage("Change the plan: " + changed.map((s) => `${s.name}=${quoted(values[s.name])}`).join(", "))
      onDone()
    }

    return (
      <form ref={form} onSubmit={submit} className="mtw-change" aria-label="Change the plan" data-testid="plan-form">
        {groups.map((group) => (
          <details key={group} open={group === groups[0]}>
            <summary>{group === "plan" ? "The plan" : `Settings of “${data.recipes.find((r) => r.name === group)?.title || group}”`}</summary>
            <div className="mtw-form">
              {data.settings
                .filter((s) => s.group === group)
                .map((s) => (
                  <Field key={s.name} setting={s} value={values[s.name]} onChange={(v) => setValues((now) => ({ ...now, [s.name]: v }))} />
                ))}
            </div>
          </details>
        ))}
        <div className="mtw-buttons" style={{ marginTop: "0.8rem" }}>
          <button type="submit" className="mtw-button mtw-button-primary" disabled={!changed.length}>
            {changed.length ? `Apply ${changed.length === 1 ? "1 change" : `${changed.length} changes`}` : "Nothing changed yet"}
          </button>
          <button type="button" className="mtw-button" onClick={onDone}>
            Leave it as it is
          </button>
        </div>
      </form>
    )
  }

  function Details({ data }) {
    return (
      <details>
        <summary>Details</summary>
        <dl className="mtw-facts">
          {data.facts.filter(([name]) => !FIRST.test(name)).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <div className="mtw-scroll" tabIndex={0} role="region" aria-label="All settings">
          <table>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Value</th>
                <th scope="col">What it does</th>
              </tr>
            </thead>
            <tbody>
              {data.settings.map((s) => (
                <tr key={`${s.group}.${s.name}`}>
                  <th scope="row">{s.label}</th>
                  <td>
                    {String(s.value)}
                    {s.value !== s.default && s.default !== null && <div className="mtw-small">usually {String(s.default)}</div>}
                  </td>
                  <td>
                    {s.help} {s.effect}
                    {s.range && <div className="mtw-small">{s.range}</div>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <details>
          <summary>The plan as YAML</summary>
          <pre className="mtw-code" tabIndex={0}>{data.yaml}</pre>
        </details>
      </details>
    )
  }

  all.PlanCard = function PlanCard({ title, data, sendUserMessage }) {
    const id = useId()
    const [changing, setChanging] = useState(false)

    useEffect(() => {
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
      <section className="mtw-card" aria-labelledby={id} data-testid="plan-card">
        <h3 id={id}>{title}</h3>
        {data.changes.length > 0 && (
          <ul className="mtw-points">
            {data.changes.map((c) => (
              <li key={c.field}>
                {c.label}: <s>{c.before}</s> → <strong>{c.after}</strong>
              </li>
            ))}
          </ul>
        )}
        <ul className="mtw-points">
          {data.sentences.map((sentence, i) => (
            <li key={i}>{sentence}</li>
          ))}
        </ul>
        {data.warnings.map((warning, i) => (
          <p key={i} className="mtw-note mtw-note-warning">
            <span className="mtw-tag">Please note</span>
            {warning}
          </p>
        ))}
        {(data.better || []).map((better, i) => (
          <div key={i} className="mtw-note mtw-note-warning">
            <span className="mtw-tag">Please note</span>
            {better.sentence}
            <div className="mtw-buttons" style={{ marginTop: "0.5rem" }}>
              <button
                type="button"
                className="mtw-button"
                onClick={() => {
                  window.mtw.answering = true
                  sendUserMessage(better.said)
                }}
              >
                {better.label}
              </button>
            </div>
          </div>
        ))}
        <dl className="mtw-facts">
          {data.facts.filter(([name]) => FIRST.test(name)).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {data.recipes.length > 0 && (
          <details>
            <summary>Methods it will try</summary>
            <ul className="mtw-list">
              {data.recipes.map((r) => (
                <li key={r.name}>
                  <strong>{r.title}</strong> {r.chosen ? "" : "(left out) "}
                  <span className="mtw-small">{span(r.seconds_low, r.seconds_high)}</span>
                  <div>{r.summary}</div>
                </li>
              ))}
            </ul>
          </details>
        )}
        {changing ? (
          <ChangeForm data={data} sendUserMessage={sendUserMessage} onDone={() => setChanging(false)} />
        ) : (
          <Details data={data} />
        )}
      </section>
    )
  }
}

export default <all.PlanCard {...props} sendUserMessage={sendUserMessage} />
