import { useId } from "react"

const all = window.mtw.components

const STARTERS = [
  ["Sort messages", "I want to sort messages into groups"],
  ["Find names in text", "I want to find names and other details in text"],
  ["Write text", "I want a model that writes text"],
  ["See it with sample data", "Show me how it works with sample data"],
]

// Kept on window: Chainlit evaluates this file anew at every change of props.
if (!all.Welcome) {
  all.Welcome = function Welcome({ sendUserMessage, words }) {
    const id = useId()
    const own = (words || {})[(navigator.language || "en").slice(0, 2)] || {}
    const say = (english) => own[english] || english
    return (
      <section className="mtw-card mtw-welcome" aria-labelledby={id} data-testid="welcome" dir="auto">
        <h2 id={id}>{say("Train a model that reads text for you")}</h2>
        <p>
          {say(
            "I help you train your own model, step by step, and you need no experience for it. You bring a table with " +
              "examples, such as past mails and the team each one went to. After a few minutes you know how well it " +
              "works, can try it, and take it with you.",
          )}
        </p>
        <div className="mtw-buttons">
          {STARTERS.map(([label, text], index) => (
            <button
              key={label}
              type="button"
              className={"mtw-button" + (index === 0 ? " mtw-button-primary" : "")}
              onClick={() => sendUserMessage(say(text))}
            >
              {say(label)}
            </button>
          ))}
        </div>
        <p className="mtw-small">{say("Or drop a file anywhere on this page. Excel, CSV, JSON and Parquet are fine.")}</p>
      </section>
    )
  }
}

export default <all.Welcome {...props} sendUserMessage={sendUserMessage} />
