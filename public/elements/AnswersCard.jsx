import { useId } from "react"

const all = window.mtw.components
const { number, percent } = window.mtw

if (!all.AnswersCard) {
  all.AnswersCard = function AnswersCard({ title, data }) {
    const id = useId()
    const going = data.checking && ["queued", "running"].includes(data.checking.status)
    const broken = data.checking && ["failed", "cancelled"].includes(data.checking.status)
    const most = Math.max(1, ...data.counts.map((said) => said.count))
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="answers-card">
        <h3 id={id}>{title}</h3>
        {going && (
          <p className="mtw-note">
            <progress value={data.checking.fraction} max={1} aria-label="Answering the rows" /> {data.checking.message} … you can
            go on meanwhile.
          </p>
        )}
        {broken && <p className="mtw-note mtw-note-warning">This was not finished, so there are no answers.</p>}
        {data.counts.length > 0 && (
          <ul className="mtw-bars">
            {data.counts.slice(0, 12).map((said) => (
              <li key={said.label}>
                <span className="mtw-bar-label" title={said.label}>
                  {said.label}
                </span>
                <span className="mtw-track" aria-hidden="true">
                  <span className="mtw-fill" style={{ width: `${(100 * said.count) / most}%` }} />
                </span>
                <span className="mtw-num">{number(said.count)}</span>
              </li>
            ))}
          </ul>
        )}
        {data.unsure > 0 && (
          <p className="mtw-small">
            In {number(data.unsure)} of {number(data.rows)} rows ({percent(data.unsure / data.rows)}) it is not sure: look at
            these yourself. They have “no” in the column “sure”.
          </p>
        )}
        {data.preview.length > 0 && (
          <div className="mtw-scroll" tabIndex={0} role="region" aria-label="The first rows with their answers">
            <table>
              <thead>
                <tr>
                  {data.header.map((name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.preview.map((row, i) => (
                  <tr key={i}>
                    {row.map((cell, j) => (
                      <td key={j}>{cell}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data.url && (
          <div className="mtw-row">
            <strong>{data.file_name}</strong>
            <a className="mtw-button mtw-button-primary" href={data.url} download={data.file_name}>
              Download
            </a>
          </div>
        )}
      </section>
    )
  }
}

export default <all.AnswersCard {...props} />
