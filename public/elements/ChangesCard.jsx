import { createElement, useId, useState } from "react"

const all = window.mtw.components
const { number } = window.mtw
const Actions = (all.Actions ??= window.mtw.actions({ createElement, useState }))

if (!all.ChangesCard) {
  const KINDS = { removed: "removed", changed: "changed", added: "added" }

  // A text in pieces: what the other side does not have is struck out or underlined, so that colour is not needed.
  function Text({ pieces, side }) {
    const Mark = side === "before" ? "del" : "ins"
    return pieces.map((piece, i) => (piece.changed ? <Mark key={i}>{piece.text}</Mark> : <span key={i}>{piece.text}</span>))
  }

  all.RowChanges = function RowChanges({ changes, label }) {
    return (
      <ul className="mtw-list mtw-changes" aria-label={label}>
        {changes.map((change, i) => (
          <li key={i}>
            <div className="mtw-small">
              {change.row === null ? "New row" : `Row ${number(change.row)}`}
              {change.column ? `, “${change.column}”` : ""}
              {`: ${change.fix || KINDS[change.kind]}`}
            </div>
            {change.text && <div className="mtw-text">“{change.text}”</div>}
            {change.before.length > 0 && (
              <div className="mtw-before">
                <span className="mtw-side">Before</span> <Text pieces={change.before} side="before" />
              </div>
            )}
            {change.kind === "removed" ? (
              <div className="mtw-after">
                <span className="mtw-side">After</span> <em>not in the data any more</em>
              </div>
            ) : (
              <div className="mtw-after">
                <span className="mtw-side">After</span>{" "}
                {change.after.length > 0 ? <Text pieces={change.after} side="after" /> : <em>empty</em>}
              </div>
            )}
          </li>
        ))}
      </ul>
    )
  }

  all.ChangesCard = function ChangesCard({ title, data, callAction }) {
    const id = useId()
    const would = data.done === "preview"
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="changes-card" data-done={data.done}>
        <h3 id={id}>{title}</h3>
        <dl className="mtw-facts">
          <div>
            <dt>Rows before</dt>
            <dd>{number(data.rows_before)}</dd>
          </div>
          <div>
            <dt>{would ? "Rows it would have" : "Rows now"}</dt>
            <dd>{number(data.rows_after)}</dd>
          </div>
          <div>
            <dt>Your file</dt>
            <dd>unchanged</dd>
          </div>
        </dl>
        {data.fixes.length > 0 && (
          <ul className="mtw-points">
            {data.fixes.map((fix, i) => (
              <li key={i}>{fix.title}</li>
            ))}
          </ul>
        )}
        {data.note && <p className="mtw-note">{data.note}</p>}
        {data.changes.length > 0 && (
          <div>
            <h4>{would ? "What would change" : "What changed"}</h4>
            <all.RowChanges changes={data.changes} label={would ? "What would change" : "What changed"} />
            {data.hidden_changes > 0 && <p className="mtw-small">and {number(data.hidden_changes)} more</p>}
          </div>
        )}
        {(data.buttons.length > 0 || data.url) && (
          <Actions
            options={data.buttons}
            callAction={callAction}
            after={
              data.url && (
                <a className="mtw-button" href={data.url} download={data.file_name}>
                  Download all changes (CSV)
                </a>
              )
            }
          />
        )}
      </section>
    )
  }
}

export default <all.ChangesCard {...props} callAction={callAction} />
