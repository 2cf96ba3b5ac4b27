import { createElement, useId } from "react"

const all = window.mtw.components
const { marked, number, percent } = window.mtw

if (!all.MistakesCard) {
  all.MistakesCard = function MistakesCard({ title, data }) {
    const id = useId()
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="mistakes-card">
        <h3 id={id}>{title}</h3>
        {data.mistakes.length === 0 ? (
          <p className="mtw-note mtw-note-good">
            <span className="mtw-tag">✓</span>No mistakes among {number(data.rows)} exam rows.
          </p>
        ) : (
          <p className="mtw-small">
            {data.total > data.mistakes.length
              ? `Of ${number(data.total)} wrong exam rows, these are the ${data.mistakes.length} it was most sure about.`
              : "The ones it was most sure about come first."}{" "}
            Some may be right and the data wrong: worth a look.
          </p>
        )}
        <ol className="mtw-list">
          {data.mistakes.map((m, i) => (
            <li key={i} className="mtw-note">
              {m.expected_parts.length > 0 ? (
                <>
                  <div className="mtw-small">Should be marked</div>
                  <div className="mtw-prose">{marked(createElement, m.expected_parts)}</div>
                  <div className="mtw-small">The model marked</div>
                  <div className="mtw-prose">{marked(createElement, m.predicted_parts)}</div>
                </>
              ) : (
                <>
                  <div className="mtw-prose">
                    {(m.words || []).length > 0
                      ? m.words.map((part, p) =>
                          part.push > 0 ? (
                            <strong key={p} className="mtw-push" style={{ "--push": part.push }}>
                              {part.text}
                            </strong>
                          ) : (
                            <span key={p}>{part.text}</span>
                          )
                        )
                      : m.text}
                  </div>
                  <div className="mtw-swap">
                    <span>
                      Right: <strong>{m.expected}</strong>
                    </span>
                    <span>
                      The model said: <strong>{m.predicted}</strong>, {percent(m.score)} sure
                    </span>
                  </div>
                  {(m.because || []).length > 0 && (
                    <div className="mtw-small">
                      What spoke most for “{m.words_for}”: {m.because.map((word) => `“${word}”`).join(", ")}. Without such a
                      word the model is less sure of it.
                    </div>
                  )}
                </>
              )}
            </li>
          ))}
        </ol>
      </section>
    )
  }
}

export default <all.MistakesCard {...props} />
