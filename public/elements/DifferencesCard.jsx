import { createElement, useEffect, useId, useRef, useState } from "react"

const all = window.mtw.components
const { number, announce, request } = window.mtw
const Actions = (all.Actions ??= window.mtw.actions({ createElement, useState }))

if (!all.DifferencesCard) {
  const COLOURS = 8
  const colour = (one) => ({ "--mtw-label": `var(--mtw-label-${one.colour % COLOURS})` })
  const isTyping = (at) => at.closest?.("input, textarea, select, [contenteditable]")

  // The text as one person marked it; what is said in the button below it says the same in words.
  function Marked({ tokens, spans, classes }) {
    return (
      <span className="mtw-label-words mtw-label-read">
        {tokens.map((token, i) => {
          const span = spans.find((s) => s.first <= i && i <= s.last)
          const one = span && classes.find((c) => c.key === span.key)
          const inside = one && i > span.first
          const gap = token.before === "\n" ? <br /> : token.before
          return (
            <span key={i}>
              {i > 0 && (
                <span className={inside ? "mtw-label-marked" : ""} style={inside ? colour(one) : {}}>
                  {gap}
                </span>
              )}
              <span className={one ? "mtw-label-marked" : ""} style={one ? colour(one) : {}}>
                {token.text}
              </span>
              {one && i === span.last && (
                <span className="mtw-label-tag" style={colour(one)}>
                  {one.name}
                </span>
              )}
            </span>
          )
        })}
      </span>
    )
  }

  function Said({ said, index, item, classes, busy, onTake }) {
    const one = said.labels.length === 1 && classes.find((c) => c.key === said.labels[0])
    return (
      <li>
        <button
          type="button"
          className="mtw-label-class mtw-label-said"
          style={one ? colour(one) : {}}
          aria-keyshortcuts={String(index + 1)}
          disabled={busy}
          onClick={() => onTake({ answer: said.answer })}
        >
          <kbd aria-hidden="true">{index + 1}</kbd>
          <span>
            <span className="mtw-small">{said.who.join(" and ")}</span>
            <br />
            {item.tokens.length > 0 && said.spans.length > 0 ? (
              <Marked tokens={item.tokens} spans={said.spans} classes={classes} />
            ) : (
              said.sentence
            )}
          </span>
        </button>
      </li>
    )
  }

  all.DifferencesCard = function DifferencesCard({ title, data, callAction }) {
    const id = useId()
    const [seen, setSeen] = useState(data.view)
    const [fault, setFault] = useState("")
    const [busy, setBusy] = useState(false)
    const working = useRef(false)
    const text = useRef(null)
    const { item, classes } = seen

    useEffect(() => {
      request(`${data.url}/differences`)
        .then(setSeen)
        .catch((error) => setFault(error.message))
      if (window.mtw.answering) {
        window.mtw.answering = false
        text.current?.focus({ preventScroll: true })
      }
    }, [])

    async function send(path, body) {
      if (working.current) return
      working.current = true
      setBusy(true)
      try {
        const next = await request(`${data.url}/${path}`, body)
        setSeen(next)
        setFault("")
        announce(next.item ? `Next text: ${next.item.text.slice(0, 300)}` : "Nothing is left to decide.")
        requestAnimationFrame(() => text.current?.focus({ preventScroll: true }))
      } catch (error) {
        setFault(error.message)
      } finally {
        working.current = false
        setBusy(false)
      }
    }
    const take = (what) => send("decisions", { row: item.row, ...what })
    const later = () => seen.undecided > 1 && send(`differences?after=${item.row}`)
    const undo = () => seen.can_undo && send("decisions/undo", {})

    function keys(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (event.repeat) return
      const key = event.key.toLowerCase()
      const chosen = item?.said[Number(key) - 1]
      if (chosen) take({ answer: chosen.answer })
      else if (key === "s" && item) later()
      else if (key === "b") undo()
      else return
      event.preventDefault()
    }

    const given = item ? item.said.flatMap((said) => said.labels) : []
    const others = item && seen.task === "classification" ? classes.filter((c) => !given.includes(c.key)) : []
    const heading = item
      ? `You differ on ${number(Math.max(1, seen.undecided))} ${seen.undecided > 1 ? "texts" : "text"}`
      : seen.decided
        ? `${number(seen.decided)} decided, none is left`
        : title
    return (
      <section className="mtw-card mtw-label" aria-labelledby={id} onKeyDown={keys} data-testid="differences-card">
        <h3 id={id}>{heading}</h3>
        <div className="mtw-label-body">
          {item ? (
            <>
              <div className="mtw-label-text" role="group" aria-label="The text" tabIndex={0} ref={text}>
                {item.text}
                {item.cut && <span className="mtw-small"> … (the text goes on)</span>}
              </div>
              <p className="mtw-small">Choose the answer that is right. It is what counts; all answers stay in the record.</p>
              <ol className="mtw-label-answers" aria-label="The answers">
                {item.said.map((said, index) => (
                  <Said key={said.answer} said={said} index={index} item={item} classes={classes} busy={busy} onTake={take} />
                ))}
              </ol>
              {others.length > 0 && (
                <details>
                  <summary>None of them is right</summary>
                  <div className="mtw-label-classes" role="group" aria-label="Other categories">
                    {others.map((one) => (
                      <button
                        key={one.key}
                        type="button"
                        className="mtw-label-class"
                        style={colour(one)}
                        disabled={busy}
                        onClick={() => take({ labels: [one.key] })}
                      >
                        {one.name}
                      </button>
                    ))}
                  </div>
                </details>
              )}
            </>
          ) : (
            <p className="mtw-note mtw-note-good" tabIndex={-1} ref={text}>
              <span className="mtw-tag">✓</span>Nothing is left to decide.
            </p>
          )}
          {fault && (
            <p className="mtw-note mtw-note-warning" role="alert">
              {fault}
            </p>
          )}
          {((item && seen.undecided > 1) || seen.can_undo) && (
            <div className="mtw-buttons mtw-label-actions">
              {item && seen.undecided > 1 && (
                <button type="button" className="mtw-button" disabled={busy} aria-keyshortcuts="s" onClick={later}>
                  Decide later <kbd aria-hidden="true">s</kbd>
                </button>
              )}
              {seen.can_undo && (
                <button type="button" className="mtw-button" disabled={busy} aria-keyshortcuts="b" onClick={undo}>
                  Undo <kbd aria-hidden="true">b</kbd>
                </button>
              )}
            </div>
          )}
          <Actions options={data.buttons} callAction={callAction} />
        </div>
      </section>
    )
  }
}

export default <all.DifferencesCard {...props} callAction={callAction} />
