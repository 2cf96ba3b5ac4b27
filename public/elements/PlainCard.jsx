const all = window.mtw.components

// For kinds of cards that have no renderer of their own yet: the title, and the data one click away.
if (!all.PlainCard) {
  all.PlainCard = function PlainCard({ title, data }) {
    return (
      <section className="mtw-card" aria-label={title}>
        <h3>{title}</h3>
        <details>
          <summary>Details</summary>
          <pre className="mtw-code" tabIndex={0}>{JSON.stringify(data, null, 2)}</pre>
        </details>
      </section>
    )
  }
}

export default <all.PlainCard {...props} />
