import { createElement, useId, useState } from "react"

const all = window.mtw.components
const { number, date } = window.mtw
const Actions = (all.Actions ??= window.mtw.actions({ createElement, useState }))

if (!all.DeploymentCard) {
  const Copy = ({ text, label }) => {
    const [copied, setCopied] = useState(false)
    const copy = () =>
      navigator.clipboard.writeText(text).then(() => {
        setCopied(true)
        window.mtw.announce("Copied")
      })
    return (
      <button type="button" className="mtw-button" onClick={copy}>
        {copied ? "Copied" : label}
      </button>
    )
  }

  all.DeploymentCard = function DeploymentCard({ title, data, callAction }) {
    const id = useId()
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="deployment-card">
        <h3 id={id}>{title}</h3>
        {data.key && (
          <div className="mtw-note mtw-note-warning">
            <p>
              <strong>Its key.</strong> Copy it now and keep it like a password: it is shown only this once.
            </p>
            <pre className="mtw-code" tabIndex={0} data-testid="api-key">
              {data.key}
            </pre>
            <Copy text={data.key} label="Copy the key" />
          </div>
        )}
        {data.keys.length === 0 && <p className="mtw-note mtw-note-warning">No key counts, so no program gets an answer.</p>}
        {data.drift && <p className="mtw-note mtw-note-warning">{data.drift}</p>}
        <p>
          Programs ask at <code className="mtw-code">{data.url}</code>
        </p>
        <div className="mtw-scroll" tabIndex={0} role="region" aria-label="Versions">
          <table className="mtw-table">
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col">Model</th>
                <th scope="col">Since</th>
                <th scope="col"></th>
              </tr>
            </thead>
            <tbody>
              {data.versions.map((version) => (
                <tr key={version.version}>
                  <th scope="row">{version.version}</th>
                  <td>
                    {version.model_name} <span className="mtw-small">{version.score}</span>
                  </td>
                  <td>{date(version.created_at)}</td>
                  <td>
                    {version.live && <span className="mtw-tag">answers</span>}
                    {version.button && <Actions options={[version.button]} callAction={callAction} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {data.usage.length > 0 && (
          <details>
            <summary>How much it is asked</summary>
            <table className="mtw-table">
              <thead>
                <tr>
                  <th scope="col">Day</th>
                  <th scope="col">Requests</th>
                  <th scope="col">Texts</th>
                </tr>
              </thead>
              <tbody>
                {data.usage.map((day) => (
                  <tr key={day.day}>
                    <th scope="row">{day.day}</th>
                    <td>{number(day.requests)}</td>
                    <td>{number(day.texts)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        )}
        <details>
          <summary>Its keys ({number(data.keys.length)})</summary>
          <ul className="mtw-points">
            {data.keys.map((key) => (
              <li key={key.hint}>
                <code className="mtw-code">{key.hint}</code> <span className="mtw-small">made {date(key.created_at)}</span>
                {key.button && <Actions options={[key.button]} callAction={callAction} />}
              </li>
            ))}
          </ul>
        </details>
        <details>
          <summary>How a program asks it</summary>
          <p className="mtw-small">Put the key into the environment variable MODEL_API_KEY. {data.limits}</p>
          {data.snippets.map((snippet) => (
            <div key={snippet.title}>
              <div className="mtw-small">{snippet.title}</div>
              <pre className="mtw-code" tabIndex={0}>{snippet.code}</pre>
              <Copy text={snippet.code} label="Copy" />
            </div>
          ))}
        </details>
        {data.buttons.length > 0 && <Actions options={data.buttons} callAction={callAction} />}
      </section>
    )
  }
}

export default <all.DeploymentCard {...props} callAction={callAction} />
