import { useId } from "react"

const all = window.mtw.components

if (!all.ConceptCard) {
  all.ConceptCard = function ConceptCard({ title, data, sendUserMessage }) {
    const id = useId()
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="concept-card">
        <h3 id={id}>{title || data.title}</h3>
        {data.text.split(/\n\s*\n/).map((paragraph, i) => (
          <p key={i}>{paragraph}</p>
        ))}
        {data.example && (
          <p className="mtw-note">
            <span className="mtw-tag">For example</span>
            {data.example}
          </p>
        )}
        {data.yours && (
          <p className="mtw-note mtw-note-good">
            <span className="mtw-tag">In your result</span>
            {data.yours}
          </p>
        )}
        {data.related.length > 0 && (
          <div className="mtw-buttons">
            {data.related.map((term) => (
              <button key={term} type="button" className="mtw-button" onClick={() => sendUserMessage(`What is ${term}?`)}>
                {term}
              </button>
            ))}
          </div>
        )}
      </section>
    )
  }
}

export default <all.ConceptCard {...props} sendUserMessage={sendUserMessage} />
