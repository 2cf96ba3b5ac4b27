import { useId, useState } from "react"

const all = window.mtw.components

if (!all.DownloadCard) {
  all.DownloadCard = function DownloadCard({ title, data }) {
    const id = useId()
    const going = data.checking && ["queued", "running"].includes(data.checking.status)
    const broken = data.checking && ["failed", "cancelled"].includes(data.checking.status)
    const [copied, setCopied] = useState(false)
    const copy = () =>
      navigator.clipboard.writeText(data.snippet).then(() => {
        setCopied(true)
        window.mtw.announce("Copied")
      })
    return (
      <section className="mtw-card" aria-labelledby={id} data-testid="download-card">
        <h3 id={id}>{title}</h3>
        {going && (
          <p className="mtw-note">
            <progress value={data.checking.fraction} max={1} aria-label="Writing the model in another form" />{" "}
            {data.checking.message} … you can go on meanwhile.
          </p>
        )}
        {broken && <p className="mtw-note mtw-note-warning">The model could not be written in this form.</p>}
        {data.note && <p className="mtw-note">{data.note}</p>}
        {!data.checking && (
          <>
            <div className="mtw-row">
              <span>
                <strong>{data.file_name}</strong> <span className="mtw-small">{window.mtw.bytes(data.bytes)}</span>
              </span>
              <a className="mtw-button mtw-button-primary" href={data.url} download={data.file_name}>
                Download
              </a>
            </div>
            <details>
              <summary>What is in it</summary>
              <ul className="mtw-points">
                {data.files.map((file) => (
                  <li key={file}>
                    <code className="mtw-code">{file}</code>
                  </li>
                ))}
              </ul>
            </details>
            <details>
              <summary>How to use it in your own program</summary>
              <pre className="mtw-code" tabIndex={0}>{data.snippet}</pre>
              <button type="button" className="mtw-button" onClick={copy}>
                {copied ? "Copied" : "Copy"}
              </button>
            </details>
          </>
        )}
      </section>
    )
  }
}

export default <all.DownloadCard {...props} />
