import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react"

const all = window.mtw.components
const { number, announce, request } = window.mtw

if (!all.LabelCard) {
  // Keys of the categories: digits first, then letters that no command uses.
  const KEYS = [..."123456789acdefghijklmnopqrtvwxyz"]
  const COLOURS = 8
  const EXPORTS = {
    csv: "CSV",
    jsonl: "JSON lines",
    doccano: "Doccano",
    labelstudio: "Label Studio",
    prodigy: "Prodigy",
    spacy: "spaCy",
    conll: "CoNLL",
  }
  const FILTER_FROM = 20

  const colour = (one) => ({ "--mtw-label": `var(--mtw-label-${one.colour % COLOURS})` })
  const isTyping = (at) => at.closest?.("input, textarea, select, [contenteditable]")

  // ---- one category ------------------------------------------------------------------------------------------
  function ClassButton({ one, index, pressed, suggested, toggles, disabled, onPress }) {
    return (
      <button
        type="button"
        className={`mtw-label-class${suggested ? " mtw-label-suggested" : ""}`}
        style={colour(one)}
        aria-pressed={toggles ? pressed : undefined}
        aria-keyshortcuts={KEYS[index]}
        data-on={pressed}
        disabled={disabled}
        onClick={() => onPress(one)}
      >
        {KEYS[index] && <kbd aria-hidden="true">{KEYS[index]}</kbd>}
        <span className="mtw-label-name">{one.name}</span>
        {suggested && <span className="mtw-small"> suggested</span>}
        {pressed && <span aria-hidden="true"> ✓</span>}
      </button>
    )
  }

  // ---- words to mark -----------------------------------------------------------------------------------------
  function Words({ item, classes, spans, range, onRange, boxRef, labelled }) {
    const id = useId()
    const dragging = useRef(false)
    const owner = useMemo(() => {
      const found = {}
      spans.forEach((span) => {
        for (let i = span.first; i <= span.last; i++) found[i] = span
      })
      return found
    }, [spans])
    const at = range ? range.to : 0
    const [low, high] = range ? [Math.min(range.from, range.to), Math.max(range.from, range.to)] : [-1, -1]

    const tokenAt = (event) => {
      const found = document.elementFromPoint(event.clientX, event.clientY)?.closest?.("[data-token]")
      return found && boxRef.current?.contains(found) ? Number(found.dataset.token) : null
    }
    function down(event) {
      const token = tokenAt(event)
      if (token === null) return
      // Without dragging: a second tap says where the place ends.
      const touch = event.pointerType === "touch"
      if (touch && range?.touch && range.from === range.to && token !== range.from) return onRange({ ...range, to: token })
      dragging.current = true
      if (touch) return onRange({ from: token, to: token, touch })
      if (event.shiftKey && range) onRange({ from: range.from, to: token })
      else onRange({ from: token, to: token })
    }
    function move(event) {
      if (!dragging.current || !event.buttons) return
      const token = tokenAt(event)
      if (token !== null && range && token !== range.to) onRange({ ...range, to: token })
    }
    function keys(event) {
      const last = item.tokens.length - 1
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 8, ArrowUp: at - 8, Home: 0, End: last }[event.key]
      if (to === undefined) return
      event.preventDefault()
      const next = Math.max(0, Math.min(last, range ? to : 0))
      onRange(event.shiftKey && range ? { from: range.from, to: next } : { from: next, to: next })
    }
    return (
      <div
        className="mtw-label-text mtw-label-words"
        role="listbox"
        aria-label={labelled}
        aria-multiselectable="true"
        aria-activedescendant={range ? `${id}-${at}` : undefined}
        tabIndex={0}
        ref={boxRef}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={() => (dragging.current = false)}
        onPointerCancel={() => (dragging.current = false)}
        onKeyDown={keys}
        data-testid="label-words"
      >
        {item.tokens.map((token, i) => {
          const span = owner[i]
          const one = span && classes.find((c) => c.key === span.key)
          const joined = span && owner[i - 1] === span
          return (
            <span key={i} role="presentation">
              {token.before === "\n" ? <br /> : token.before && <span className={joined ? "mtw-label-marked" : ""} style={joined && one ? colour(one) : {}}>{token.before}</span>}
              <span
                id={`${id}-${i}`}
                role="option"
                aria-selected={i >= low && i <= high}
                aria-label={one ? `${token.text}, ${one.name}` : token.text}
                data-token={i}
                className={`${one ? "mtw-label-marked" : ""}${i >= low && i <= high ? " mtw-label-chosen" : ""}`}
                style={one ? colour(one) : {}}
              >
                {token.text}
              </span>
              {one && i === span.last && (
                <span className="mtw-label-tag" style={colour(one)} aria-hidden="true">
                  {one.name}
                </span>
              )}
            </span>
          )
        })}
      </div>
    )
  }

  function MarkedList({ item, classes, spans, onRemove }) {
    if (!spans.length) return (
      <p className="mtw-small">
        Nothing is marked yet. Drag over words, or tap the first and the last one; then press a label.
      </p>
    )
    const words = (span) =>
      item.tokens
        .slice(span.first, span.last + 1)
        .map((t, i) => (i ? t.before : "") + t.text)
        .join("")
    return (
      <ul className="mtw-label-list" aria-label="Marked words">
        {spans.map((span) => (
          <li key={span.first}>
            <strong>{words(span)}</strong> {classes.find((c) => c.key === span.key)?.name}
            <button
              type="button"
              className="mtw-label-x"
              aria-label={`Remove the mark on ${words(span)}`}
              onClick={() => onRemove(span)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    )
  }

  // ---- the categories themselves -----------------------------------------------------------------------------
  function Categories({ classes, change, busy }) {
    const [names, setNames] = useState({})
    const [chosen, setChosen] = useState([])
    const [added, setAdded] = useState("")
    const keys = classes.map((c) => c.key).join()
    useEffect(() => {
      setNames({})
      setChosen((now) => now.filter((key) => classes.some((c) => c.key === key)))
    }, [keys])
    const rename = (one) => {
      const name = (names[one.key] ?? one.name).trim()
      if (name && name !== one.name) change({ rename: { [one.key]: name } })
    }
    return (
      <details className="mtw-label-categories" open={classes.length === 0}>
        <summary>Change the categories</summary>
        <ul className="mtw-list">
          {classes.map((one) => (
            <li key={one.key} className="mtw-label-edit">
              <input
                type="checkbox"
                aria-label={`Choose ${one.name} to merge`}
                checked={chosen.includes(one.key)}
                onChange={(e) => setChosen(e.target.checked ? [...chosen, one.key] : chosen.filter((k) => k !== one.key))}
              />
              <input
                type="text"
                aria-label={`Name of ${one.name}`}
                value={names[one.key] ?? one.name}
                maxLength={80}
                onChange={(e) => setNames({ ...names, [one.key]: e.target.value })}
                onBlur={() => rename(one)}
                onKeyDown={(e) => e.key === "Enter" && rename(one)}
              />
              <span className="mtw-small">{number(one.count)}</span>
              <button
                type="button"
                className="mtw-label-x"
                disabled={busy}
                aria-label={`Remove ${one.name}`}
                onClick={() => change({ remove: [one.key] })}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
        {chosen.length > 1 && (
          <button type="button" className="mtw-button" disabled={busy} onClick={() => change({ merge: chosen })}>
            Merge the {chosen.length} chosen ones into “{classes.find((c) => c.key === chosen[0])?.name}”
          </button>
        )}
        <form
          className="mtw-try"
          onSubmit={(e) => {
            e.preventDefault()
            const wanted = added.split(",").map((n) => n.trim())
            if (wanted.some(Boolean)) change({ add: wanted.filter(Boolean) }).then((done) => done && setAdded(""))
          }}
        >
          <input
            aria-label="New categories, with commas between them"
            placeholder="New category"
            value={added}
            maxLength={1000}
            onChange={(e) => setAdded(e.target.value)}
          />
          <button type="submit" className="mtw-button" disabled={busy || !added.trim()}>
            Add
          </button>
        </form>
      </details>
    )
  }

  // ---- the card ----------------------------------------------------------------------------------------------
  all.LabelCard = function LabelCard({ title, data, callAction }) {
    const id = useId()
    const [seen, setSeen] = useState(data.view)
    const [fault, setFault] = useState("")
    const [gone, setGone] = useState(false)
    const [busy, setBusy] = useState(false)
    const [marks, setMarks] = useState([])
    const [spans, setSpans] = useState([])
    const [range, setRange] = useState(null)
    const [filter, setFilter] = useState("")
    const working = useRef(false)
    const card = useRef(null)
    const text = useRef(null)
    const person = data.view.person
    const { item, classes, task } = seen
    const several = task === "multilabel"
    const words = task === "ner"
    const suggestion = item?.suggestion
    const query = `?person=${encodeURIComponent(person)}`

    // What was answered before comes first, then what is suggested: to be kept or changed, never kept by itself.
    const row = item ? `${item.row} ${!!item.given} ${!!suggestion}` : ""
    useEffect(() => {
      setMarks(item?.given?.labels || (several ? suggestion?.labels : []) || [])
      setSpans(item?.given?.spans || suggestion?.spans || [])
      setRange(null)
    }, [row])

    const show = useCallback((next) => {
      setSeen(next)
      setFault("")
    }, [])
    const load = (more = "") => request(data.url + query + more).then(show)

    useEffect(() => {
      load().catch((error) => {
        setFault(error.message)
        setGone(true)
      })
      const at = document.activeElement
      const elsewhere = at && at !== document.body && !at.closest?.(".mtw-ask, .mtw-card")
      if (window.mtw.answering && !elsewhere) {
        window.mtw.answering = false // the question below would take the focus
        text.current?.focus({ preventScroll: true })
      }
    }, [])

    useEffect(() => {
      // Suggestions are on their way: the text on show stays, unless nothing was answered yet. One that has its
      // suggestion is left alone.
      if (!seen.preparing || gone || item?.suggestion || item?.given) return undefined
      const timer = setTimeout(() => load(item && seen.labelled ? `&row=${item.row}` : "").catch(() => {}), 1500)
      return () => clearTimeout(timer)
    }, [seen, gone])

    async function send(path, body, after) {
      if (working.current) return false
      working.current = true
      setBusy(true)
      const inside = card.current?.contains(document.activeElement)
      try {
        const next = await request(`${data.url}/${path}`, { ...body, person })
        show(next)
        after?.(next)
        if (path !== "classes") announce(next.item ? `Next text: ${next.item.text.slice(0, 300)}` : "All texts are answered.")
        if (path !== "classes" && inside) requestAnimationFrame(() => text.current?.focus({ preventScroll: true }))
        return true
      } catch (error) {
        setFault(error.message)
        return false
      } finally {
        working.current = false
        setBusy(false)
      }
    }
    const answer = (body) => item && send("answers", { row: item.row, ...body })
    const leave = (state) => answer({ state })
    const back = () => seen.can_go_back && send("back", { row: item ? item.row : null })
    const change = (body) => send("classes", body)
    const keep = () => (words ? answer({ spans }) : several ? answer({ labels: marks }) : undefined)

    function choose(one) {
      if (words) {
        if (!range) return setFault("Choose the words first, then the label.")
        setFault("")
        const first = Math.min(range.from, range.to)
        const last = Math.max(range.from, range.to)
        const others = spans.filter((s) => s.last < first || s.first > last)
        setSpans([...others, { first, last, key: one.key }].sort((a, b) => a.first - b.first))
        announce(`Marked as ${one.name}`)
        return setRange(range.touch ? null : { from: last, to: last })
      }
      if (several) return setMarks(marks.includes(one.key) ? marks.filter((k) => k !== one.key) : [...marks, one.key])
      return answer({ labels: [one.key] })
    }

    function keys(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (event.repeat || !item) return
      const key = event.key.toLowerCase()
      const onButton = event.target.closest?.("button, summary, a")
      if (key === "enter") {
        if (onButton) return
        if (words || several) keep()
        else if (suggestion) answer({ labels: suggestion.labels })
        else return
      } else if (key === "s") leave("skipped")
      else if (key === "u") leave("unsure")
      else if (key === "b") back()
      else if (words && (key === "delete" || key === "backspace") && range) {
        const at = range.to
        setSpans(spans.filter((s) => at < s.first || at > s.last))
      } else if (KEYS.includes(key) && KEYS.indexOf(key) < classes.length) choose(classes[KEYS.indexOf(key)])
      else return
      event.preventDefault()
    }

    const indexed = classes.map((one, index) => ({ one, index }))
    const listed = filter ? indexed.filter(({ one }) => one.name.toLowerCase().includes(filter.toLowerCase())) : indexed
    const share = Math.min(1, seen.labelled / Math.max(1, seen.texts))
    const heading = gone ? title : seen.labelled ? `${number(seen.labelled)} of ${number(seen.texts)} texts labelled` : title
    return (
      <section className="mtw-card mtw-label" aria-labelledby={id} ref={card} onKeyDown={keys} data-testid="labelling-card">
        <div className="mtw-row">
          <h3 id={id}>{heading}</h3>
          {person && <span className="mtw-small">{person} labels</span>}
        </div>
        {gone ? (
          <p className="mtw-note mtw-note-warning" role="alert">
            {fault}
          </p>
        ) : (
          <div className="mtw-label-body">
            <div
              className="mtw-progress mtw-label-progress"
              role="progressbar"
              aria-label="Texts labelled"
              aria-valuemin={0}
              aria-valuemax={seen.texts}
              aria-valuenow={seen.labelled}
              aria-valuetext={`${number(seen.labelled)} of ${number(seen.texts)}`}
            >
              <span style={{ width: `${100 * share}%` }} />
            </div>
            {item && words && (
              <Words
                item={item}
                classes={classes}
                spans={spans}
                range={range}
                onRange={setRange}
                boxRef={text}
                labelled="The text. Arrow keys go from word to word, with Shift they choose several."
              />
            )}
            {item && !words && (
              <div className="mtw-label-text" role="group" aria-label="The text" tabIndex={0} ref={text} data-testid="label-text">
                {item.text}
                {item.cut && <span className="mtw-small"> … (the text goes on)</span>}
              </div>
            )}
            {!item && classes.length > 0 && (
              <p className="mtw-note mtw-note-good" tabIndex={-1} ref={text}>
                <span className="mtw-tag">✓</span>Every text has been asked. Use your answers, or go back to one.
              </p>
            )}
            {item && (
              <p className="mtw-small">
                {item.given ? (item.given.state === "labelled" ? item.why : `${item.why} You left it open.`) : item.why}
                {item.cut && words && " Only its beginning is shown."}
              </p>
            )}
            {item && suggestion && (
              <p className="mtw-label-hint" data-testid="label-suggestion">
                {suggestion.sentence}
                {!words && !several && (
                  <button
                    type="button"
                    className="mtw-button"
                    disabled={busy}
                    aria-keyshortcuts="Enter"
                    onClick={() => answer({ labels: suggestion.labels })}
                  >
                    Yes, that is right <kbd aria-hidden="true">Enter</kbd>
                  </button>
                )}
              </p>
            )}
            {item && classes.length > FILTER_FROM && (
              <input
                className="mtw-label-filter"
                type="search"
                aria-label="Find a category"
                placeholder="Find a category"
                value={filter}
                onChange={(e) => setFilter(e.target.value)}
              />
            )}
            {item && (
              <div className="mtw-label-classes" role="group" aria-label={words ? "Labels for the chosen words" : "Categories"}>
                {listed.map(({ one, index }) => (
                  <ClassButton
                    key={one.key}
                    one={one}
                    index={index}
                    toggles={several}
                    pressed={several ? marks.includes(one.key) : !words && !!item.given?.labels.includes(one.key)}
                    suggested={!words && !!suggestion?.labels.includes(one.key)}
                    disabled={busy && !several && !words}
                    onPress={choose}
                  />
                ))}
              </div>
            )}
            {item && words && (
              <MarkedList
                item={item}
                classes={classes}
                spans={spans}
                onRemove={(span) => {
                  setSpans(spans.filter((s) => s !== span))
                  text.current?.focus({ preventScroll: true })
                }}
              />
            )}
            {fault && (
              <p className="mtw-note mtw-note-warning" role="alert">
                {fault}
              </p>
            )}
            <div className="mtw-buttons mtw-label-actions">
              {item && (several || words) && (
                <button type="button" className="mtw-button mtw-button-primary" disabled={busy} aria-keyshortcuts="Enter" onClick={keep}>
                  {words && !spans.length ? "Nothing to mark here" : "Keep"} <kbd aria-hidden="true">Enter</kbd>
                </button>
              )}
              {item && (
                <button type="button" className="mtw-button" disabled={busy} aria-keyshortcuts="s" onClick={() => leave("skipped")}>
                  Skip <kbd aria-hidden="true">s</kbd>
                </button>
              )}
              {item && (
                <button type="button" className="mtw-button" disabled={busy} aria-keyshortcuts="u" onClick={() => leave("unsure")}>
                  Not sure <kbd aria-hidden="true">u</kbd>
                </button>
              )}
              {seen.can_go_back && (
                <button type="button" className="mtw-button" disabled={busy} aria-keyshortcuts="b" onClick={back}>
                  Back <kbd aria-hidden="true">b</kbd>
                </button>
              )}
            </div>
            <Categories classes={classes} change={change} busy={busy} />
            <div className={`mtw-note${seen.estimate.good_enough ? " mtw-note-good" : ""}`} data-testid="label-estimate">
              <p>{seen.estimate.sentence}</p>
              {seen.agreement && <p>{seen.agreement}</p>}
              {data.button && seen.undecided > 0 && (
                <p>
                  You differ on {number(seen.undecided)} {seen.undecided === 1 ? "text" : "texts"}.{" "}
                  <button
                    type="button"
                    className="mtw-button"
                    disabled={busy}
                    onClick={() => window.mtw.press(callAction, data.button.id)}
                  >
                    {data.button.label}
                  </button>
                </p>
              )}
              <p className="mtw-small">
                {seen.preparing
                  ? "Better suggestions are being made…"
                  : seen.hidden_texts > 0
                    ? `I ask about ${number(seen.texts)} of your texts; ${number(seen.hidden_texts)} more stay as they are.`
                    : "Every answer is kept at once; you can stop and go on at any time."}
              </p>
            </div>
            {seen.labelled > 0 && data.exports?.length > 0 && (
              <details>
                <summary>Download the data with your answers</summary>
                <div className="mtw-buttons">
                  {data.exports.map((form) => (
                    <a key={form} className="mtw-button" href={`${data.url}/export?form=${form}`} download>
                      {EXPORTS[form] || form}
                    </a>
                  ))}
                </div>
              </details>
            )}
            {data.buttons.length > 0 && seen.labelled > 0 && (
              <div className="mtw-buttons">
                {data.buttons.map((option) => (
                  <button
                    key={option.id}
                    type="button"
                    className={`mtw-button${seen.estimate.good_enough ? " mtw-button-primary" : ""}`}
                    disabled={busy}
                    onClick={() => window.mtw.press(callAction, option.id)}
                  >
                    {option.label}
                  </button>
                ))}
              </div>
            )}
          </div>
        )}
      </section>
    )
  }
}

export default <all.LabelCard {...props} callAction={callAction} />
