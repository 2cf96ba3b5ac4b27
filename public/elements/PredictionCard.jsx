import { createElement, useId, useState } from "react"

const all = window.mtw.components
const { marked, percent } = window.mtw

if (!all.PredictionCard) {
  all.PredictionCard = function PredictionCard({ title, data, sendUserMessage }) {
    const id = useId()
    const [text, setText] = useState("")

    function submit(event) {
      event.preventDefault()
      if (!text.trim()) return
      sendUserMessage(`Try: ${text.trim()}`)
      setText("")
    }

    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="prediction-card">
        <h3 id={id}>{title}</h3>
        <ul className="mtw-list">
          {data.predictions.map((p, i) => (
            <li key={i}>
              <p className="mtw-note mtw-prose">{p.parts.length ? marked(createElement, p.parts) : p.text}</p>
              {p.sentence !== title && <p>{p.sure ? <strong>{p.sentence}</strong> : p.sentence}</p>}
              {p.output !== null && <p className="mtw-note mtw-prose">{p.output || "(It wrote nothing.)"}</p>}
              <ul className="mtw-bars" style={{ marginTop: "0.4rem" }}>
                {p.scores.map((s) => (
                  <li key={s.label}>
                    <span className="mtw-bar-label" title={s.label}>
                      {s.label}
                    </span>
                    <span className="mtw-track" aria-hidden="true">
                      <span className="mtw-fill" style={{ width: `${100 * s.score}%` }} />
                    </span>
                    <span className="mtw-num">{percent(s.score)}</span>
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
        <form className="mtw-try" onSubmit={submit}>
          <label className="mtw-hidden" htmlFor={`${id}-text`}>
            Another text to try
          </label>
          <input id={`${id}-text`} value={text} placeholder="Another text to try" onChange={(e) => setText(e.target.value)} />
          <button type="submit" className="mtw-button mtw-button-primary" disabled={!text.trim()}>
            Try
          </button>
        </form>
      </section>
    )
  }
}

export default <all.PredictionCard {...props} sendUserMessage={sendUserMessage} />
