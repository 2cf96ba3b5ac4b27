import { useId } from "react"

const all = window.mtw.components
const { number } = window.mtw

if (!all.ConfusionCard) {
  all.ConfusionCard = function ConfusionCard({ title, data }) {
    const id = useId()
    const sums = data.matrix.map((row) => row.reduce((a, b) => a + b, 0) || 1)
    const shade = (r, c) => {
      const share = data.matrix[r][c] / sums[r]
      if (!data.matrix[r][c]) return undefined
      const colour = r === c ? "--mtw-good" : "--mtw-bad"
      return { background: `hsl(var(${colour}) / ${(0.08 + 0.3 * share).toFixed(2)})` }
    }
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="confusion-card">
        <h3 id={id}>{title}</h3>
        {data.sentence && data.sentence.replace(/\.$/, "") !== title && <p>{data.sentence}</p>}
        <div className="mtw-scroll" tabIndex={0} role="region" aria-label="What was right and what the model said">
          <table className="mtw-matrix">
            <caption className="mtw-hidden">Rows: the right answer. Columns: what the model said.</caption>
            <thead>
              <tr>
                <th scope="col">right ↓ said →</th>
                {data.labels.map((label) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.matrix.map((row, r) => (
                <tr key={r}>
                  <th scope="row">{data.labels[r]}</th>
                  {row.map((count, c) => (
                    <td key={c} style={shade(r, c)} className={r === c ? "mtw-hit" : undefined}>
                      {number(count)}
                      {r === c && <span className="mtw-hidden"> right</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p className="mtw-small">
          Each row is what was right, each column what the model said; bold numbers on the diagonal are hits.
          {data.folded > 0 ? ` The last one stands for ${number(data.folded)} other answers.` : ""}
        </p>
      </section>
    )
  }
}

export default <all.ConfusionCard {...props} />
