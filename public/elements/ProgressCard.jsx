import { useEffect, useId, useRef, useState } from "react"

const all = window.mtw.components
const { duration, number, percent, announce } = window.mtw

if (!all.ProgressCard) {
  const DASHES = ["", "7 4", "2 4", "10 3 2 3"]
  const STATES = {
    queued: "Waiting for its turn",
    running: "Training",
    succeeded: "Done",
    failed: "Stopped by a fault",
    cancelled: "Stopped",
  }

  const HEADINGS = {
    queued: "Your training waits for its turn",
    running: "Your training is running",
    succeeded: "The training is done",
    failed: "The training did not work out",
    cancelled: "The training was stopped",
  }

  const CURVES = {
    train_loss: "error while learning",
    loss: "error while learning",
    valid_loss: "error on rows it does not learn from",
    valid_macro_f1: "score on rows it does not learn from",
    valid_accuracy: "right answers on rows it does not learn from",
  }

  function curveName(key, tried) {
    const [recipe, metric] = key.split("/")
    const title = tried.find((t) => t.recipe === recipe)?.title || recipe
    return `${title}: ${CURVES[metric] || (metric || "").replace(/_/g, " ")}`
  }

  function Chart({ curves, sentence, tried }) {
    const lines = Object.entries(curves)
      .filter(([, points]) => points.length > 1)
      .slice(0, 4)
    if (!lines.length) return null
    const all = lines.flatMap(([, points]) => points)
    const xs = all.map((p) => p[0])
    const ys = all.map((p) => p[1])
    const [x0, x1] = [Math.min(...xs), Math.max(...xs)]
    let [y0, y1] = [Math.min(...ys), Math.max(...ys)]
    if (y1 - y0 < 1e-9) [y0, y1] = [y0 - 0.5, y1 + 0.5]
    const W = window.innerWidth < 600 ? 340 : 640
    const H = 200
    const left = 44
    const x = (v) => left + ((W - left - 8) * (v - x0)) / (x1 - x0 || 1)
    const y = (v) => 10 + (H - 34) * (1 - (v - y0) / (y1 - y0))
    const ticks = [y0, (y0 + y1) / 2, y1]
    return (
      <figure style={{ margin: "0.8rem 0 0" }}>
        <svg className="mtw-chart" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={sentence || "How the training went so far"}>
          {ticks.map((t) => (
            <g key={t}>
              <line className="mtw-grid" x1={left} x2={W - 8} y1={y(t)} y2={y(t)} />
              <text x={left - 6} y={y(t) + 4} textAnchor="end">
                {number(t, 2)}
              </text>
            </g>
          ))}
          <text x={left} y={H - 4}>{number(x0)}</text>
          <text x={W - 8} y={H - 4} textAnchor="end">
            step {number(x1)}
          </text>
          {lines.map(([name, points], i) => (
            <polyline
              key={name}
              points={points.map((p) => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join(" ")}
              stroke={`hsl(var(--mtw-line-${i + 1}))`}
              strokeDasharray={DASHES[i]}
            />
          ))}
        </svg>
        <ul className="mtw-legend">
          {lines.map(([name], i) => (
            <li key={name}>
              <svg width="26" height="8" aria-hidden="true">
                <line x1="1" x2="25" y1="4" y2="4" strokeWidth="2.4" stroke={`hsl(var(--mtw-line-${i + 1}))`} strokeDasharray={DASHES[i]} />
              </svg>
              {curveName(name, tried)}
            </li>
          ))}
        </ul>
        {sentence && <figcaption className="mtw-small">{sentence}</figcaption>}
      </figure>
    )
  }

  function Tried({ tried, label }) {
    if (!tried.length) return null
    return (
      <div className="mtw-scroll" tabIndex={0} role="region" aria-label="Methods tried">
        <table>
          <thead>
            <tr>
              <th scope="col">Method</th>
              <th scope="col" className="mtw-num">{label}</th>
              <th scope="col" className="mtw-num">Took</th>
              <th scope="col">Note</th>
            </tr>
          </thead>
          <tbody>
            {tried.map((t) => (
              <tr key={t.recipe}>
                <th scope="row">
                  {t.title} {t.best && <span className="mtw-role mtw-role-used">best</span>}
                </th>
                <td className="mtw-num">{t.score === null ? "–" : percent(t.score, 1)}</td>
                <td className="mtw-num">{t.seconds === null ? "–" : duration(t.seconds)}</td>
                <td>{t.note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )
  }
  all.Tried = Tried

  all.ProgressCard = function ProgressCard({ data, sendUserMessage }) {
    const id = useId()
    const said = useRef(-1)
    const [asked, setAsked] = useState(false)
    const ended = ["succeeded", "failed", "cancelled"].includes(data.status)
    const stopping = !ended && (asked || data.cancel_requested)

    useEffect(() => {
      // A screen reader hears every fourth of the way and the end, not every tick.
      const step = ended ? 5 : Math.floor(data.fraction * 4)
      if (said.current >= 0 && step > said.current) {
        announce(ended ? `Training: ${STATES[data.status]}` : `Training: ${percent(data.fraction)} done. ${data.message}`)
      }
      said.current = Math.max(said.current, step)
    }, [data.fraction, data.status])

    const heading = HEADINGS[data.status]
    const left = !ended && data.eta_seconds != null ? `about ${duration(data.eta_seconds)} left` : ""
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="progress-card" data-status={data.status}>
        <div className="mtw-row">
          <h3 id={id}>{heading}</h3>
          <span className="mtw-small">
            {STATES[data.status]}
            {data.elapsed_seconds > 0 && ` · ${duration(data.elapsed_seconds)}`}
          </span>
        </div>
        {!ended && (
          <div>
            <div
              className="mtw-progress"
              role="progressbar"
              aria-labelledby={id}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={Math.round(data.fraction * 100)}
              aria-valuetext={`${percent(data.fraction)}. ${data.message} ${left}`}
            >
              <span style={{ width: `${Math.max(1, data.fraction * 100)}%` }} />
            </div>
            <div className="mtw-row" style={{ marginTop: "0.35rem" }}>
              <span>{stopping ? "Stopping…" : data.message}</span>
              <span className="mtw-small">
                {percent(data.fraction)}
                {left && `, ${left}`}
              </span>
            </div>
          </div>
        )}
        {data.failure && (
          <div className="mtw-note mtw-note-blocking">
            <strong>{data.failure.message}</strong>
            <div>{data.failure.next_step}</div>
          </div>
        )}
        {data.best !== null && !ended && (
          <p>
            Best so far: <strong>{percent(data.best, 1)}</strong> <span className="mtw-small">({data.metric_label})</span>
            {data.recipe_title ? `, now trying “${data.recipe_title}”` : ""}.
          </p>
        )}
        <Chart curves={data.curves} sentence={data.curve_sentence} tried={data.tried} />
        <Tried tried={data.tried} label={data.metric_label} />
        {!ended && (
          <div className="mtw-row">
            <span className="mtw-small">You can close this page; the training goes on.</span>
            {data.can_cancel && (
              <button
                type="button"
                className="mtw-button mtw-button-danger"
                disabled={stopping}
                onClick={() => {
                  setAsked(true)
                  sendUserMessage("Stop the training")
                }}
              >
                {stopping ? "Stopping…" : "Stop the training"}
              </button>
            )}
          </div>
        )}
      </section>
    )
  }
}

export default <all.ProgressCard {...props} sendUserMessage={sendUserMessage} />
