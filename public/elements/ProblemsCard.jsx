import { useId } from "react"

const all = window.mtw.components

if (!all.ProblemsCard) {
  const WORDS = { blocking: "Must be fixed", warning: "Worth fixing", info: "Good to know" }

  all.ProblemsCard = function ProblemsCard({ title, data }) {
    const id = useId()
    const privacy = Object.entries(data.privacy || {})
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="problems-card">
        <h3 id={id}>{title}</h3>
        {data.problems.length === 0 && privacy.length === 0 && (
          <p className="mtw-note mtw-note-good">
            <span className="mtw-tag">✓ Ready</span>Nothing in this data stands in the way of a training.
          </p>
        )}
        <ul className="mtw-list">
          {data.problems.map((problem) => (
            <li key={problem.code} className={`mtw-note mtw-note-${problem.severity}`}>
              <span className="mtw-tag">{WORDS[problem.severity]}</span>
              {problem.message.startsWith(title) && data.problems.length === 1 ? "For example:" : problem.message}
              {problem.examples.length > 0 && (
                <span className="mtw-quotes">
                  {problem.examples.slice(0, 3).map((example, i) => (
                    <code key={i}>{example}</code>
                  ))}
                </span>
              )}
            </li>
          ))}
        </ul>
        {privacy.length > 0 && (
          <p className="mtw-note mtw-note-warning">
            <span className="mtw-tag">Personal data</span>
            {privacy.map(([kind, rows]) => `${kind.replace(/_/g, " ")} in ${window.mtw.number(rows)} rows`).join(", ")}
          </p>
        )}
      </section>
    )
  }
}

export default <all.ProblemsCard {...props} />
