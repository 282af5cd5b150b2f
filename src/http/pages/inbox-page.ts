// The development inbox: what would have gone to a phone or a mailbox, live.
// It must not need a key or another host; it exists in development only.

import { html } from 'hono/html'
import type { InboxMessage } from '../../delivery/ports.ts'
import { type Html, page } from './layout.ts'
import { INBOX_SCRIPT } from './scripts.ts'

const STYLE = `
header.page { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem 1rem }
#live { margin-left: auto; font-size: .9rem; color: var(--soft) }
#live::before { content: ''; display: inline-block; width: .6rem; height: .6rem; border-radius: 50%; margin-right: .45rem; background: #b7791f }
#live[data-state="on"]::before { background: #2f855a }
ol { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .9rem }
li.message { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.2rem; overflow-wrap: anywhere }
li.message.new { border-color: var(--mark); animation: arrive 1.2s ease-out }
@keyframes arrive { from { background: var(--mark-soft) } }
@media (prefers-reduced-motion: reduce) { li.message.new { animation: none } }
.line { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .9rem }
.channel { font-size: .78rem; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; color: var(--mark); background: var(--mark-soft); border-radius: 99px; padding: .1rem .6rem }
.to { font-weight: 600 } time { margin-left: auto }
.code { font-size: 1.9rem; font-weight: 700; letter-spacing: .14em; font-variant-numeric: tabular-nums }
button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px; padding: .35rem .9rem; cursor: pointer }
button:hover { border-color: var(--mark) }
.text { white-space: pre-wrap; margin: .5rem 0; padding: .6rem .8rem; border-left: 3px solid var(--line) }
.subject { font-weight: 600 } .id { font-size: .82rem }
#empty { text-align: center; padding: 3rem 1rem; border: 1px dashed var(--line); border-radius: 12px }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
`

/** Its text alone: the HTML of a mail is not shown. */
export type ShownMessage = Omit<InboxMessage, 'html'>

const EMPTY: ShownMessage = {
  id: '',
  verification_id: '',
  to: '',
  channel: 'sms',
  code: '',
  subject: null,
  text: '',
  link: null,
  at: '',
}

/** The same markup for the server's list and the script's template. */
function messageItem(message: ShownMessage): Html {
  return html`<li class="message" data-id="${message.id}">
<div class="line"><span class="channel" data-part="channel">${message.channel}</span><span class="to" data-part="to">${message.to}</span><time class="soft" data-part="at" datetime="${message.at}">${message.at}</time></div>
<div class="line"><span class="code" data-part="code">${message.code}</span><button type="button" aria-label="Copy the code ${message.code}">Copy</button></div>
<div class="text"><div class="subject" data-part="subject"${message.subject === null ? html` hidden` : ''}>${message.subject ?? ''}</div><div data-part="text" dir="auto">${message.text}</div></div>
<a data-part="link" href="${message.link ?? ''}"${message.link === null ? html` hidden` : ''}>Open its link</a>
<div class="soft id" data-part="verification_id">${message.verification_id}</div>
</li>`
}

/** @param messages newest first */
export function inboxPage(messages: readonly ShownMessage[], nonce: string): Html {
  return page({
    title: 'Inbox · Countersign',
    nonce,
    style: STYLE,
    script: INBOX_SCRIPT,
    header: html`<h1>Inbox</h1><span class="soft">Development only: nothing here was sent to anybody.</span><span id="live" role="status" data-state="off">Connecting</span>`,
    body: html`<p class="unseen" id="announce" aria-live="polite"></p>
<div id="empty"${messages.length > 0 ? html` hidden` : ''}><p><strong>No messages yet</strong></p>
<p class="soft">Start a verification with <code>POST /verify/start</code>, and its code appears here. <a href="/docs#startVerification">How?</a></p></div>
<ol id="messages" aria-label="Messages, newest first">${messages.map(messageItem)}</ol>
<noscript><p class="soft">Without JavaScript: reload the page to see new messages.</p></noscript>
<template id="message">${messageItem(EMPTY)}</template>`,
  })
}
