import { createElement, useId, useState } from "react"

const all = window.mtw.components
const Actions = (all.Actions ??= window.mtw.actions({ createElement, useState }))

if (!all.DiagnosisCard) {
  all.DiagnosisCard = function DiagnosisCard({ title, data, callAction }) {
    const id = useId()
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="diagnosis-card" data-cause={data.cause}>
        <h3 id={id}>{title}</h3>
        {data.happened && (
          <div className="mtw-note mtw-note-blocking">
            <strong>{data.happened}</strong>
          </div>
        )}
        <p>{data.explanation}</p>
        {data.why && <p>{data.why}</p>}
        <p className="mtw-small">
          {data.whose_sentence} {data.sure}
        </p>
        {data.facts.length > 0 && (
          <ul className="mtw-small">
            {data.facts.map((fact) => (
              <li key={fact}>{fact}</li>
            ))}
          </ul>
        )}
        <strong>What to do</strong>
        <ul>
          {data.next_steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ul>
        {data.changes.length > 0 && (
          <div className="mtw-scroll" tabIndex={0} role="region" aria-label="What would change">
            <table>
              <thead>
                <tr>
                  <th scope="col">What I would change</th>
                  <th scope="col">Now</th>
                  <th scope="col">Then</th>
                </tr>
              </thead>
              <tbody>
                {data.changes.map((change) => (
                  <tr key={change.field}>
                    <th scope="row">{change.label}</th>
                    <td>{change.before}</td>
                    <td>{change.after}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data.buttons.length > 0 && (
          <>
            <p className="mtw-small">It may also be:</p>
            <Actions options={data.buttons} callAction={callAction} />
          </>
        )}
      </section>
    )
  }
}

export default <all.DiagnosisCard {...props} callAction={callAction} />
