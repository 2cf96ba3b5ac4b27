import { useId } from "react"

const all = window.mtw.components
const { number } = window.mtw

if (!all.SamplesCard) {
  const SIDES = [
    ["before", "Before the training"],
    ["after", "After the training"],
    ["reference", "Wished for"],
  ]

  all.SamplesCard = function SamplesCard({ title, data }) {
    const id = useId()
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="samples-card">
        <h3 id={id}>{title}</h3>
        <p className="mtw-small">
          {data.samples.length} of {number(data.rows)} texts that it never learned from. Check what it claims: a model that writes
          can be wrong and sound sure.
        </p>
        <ol className="mtw-list">
          {data.samples.map((sample, i) => (
            <li key={i} className="mtw-note">
              <div className="mtw-prose">
                <strong>{sample.prompt}</strong>
              </div>
              <dl className="mtw-answers">
                {SIDES.map(([side, words]) => (
                  <div key={side}>
                    <dt className="mtw-small">{words}</dt>
                    <dd className="mtw-prose">{sample[side] || "(nothing)"}</dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ol>
      </section>
    )
  }
}

export default <all.SamplesCard {...props} />
