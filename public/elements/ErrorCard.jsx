const all = window.mtw.components

if (!all.ErrorCard) {
  all.ErrorCard = function ErrorCard({ code, message, next_step }) {
    return (
      <section className="mtw-card" role="alert" data-testid="error-card">
        <div className="mtw-note mtw-note-blocking">
          <strong>{message}</strong>
          {next_step && <div>{next_step}</div>}
        </div>
        <p className="mtw-small">If you ask somebody for help, tell them: {code}</p>
      </section>
    )
  }
}

export default <all.ErrorCard {...props} />
