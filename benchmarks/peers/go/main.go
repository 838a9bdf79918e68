// The counter, the feed and the table in Go: net/http, Datastar's SDK, and quicktemplate's writer,
// which is what its compiled templates call.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/starfederation/datastar-go/datastar"
	qt "github.com/valyala/quicktemplate"
)

type row struct {
	number            int
	name, note, price string
}

func rows() []row {
	all := make([]row, 1000)
	for n := range all {
		price := strconv.FormatFloat(float64(n)/8, 'f', 2, 64)
		all[n] = row{n, fmt.Sprintf("name %d", n), fmt.Sprintf("a < b & %d", n), price}
	}
	return all
}

// A tab's state, and the views that its stream has still to send.
type tab struct {
	sync.Mutex
	clicks int
	table  []row
	views  chan string
}

type signals struct {
	Tab string `json:"tab"`
}

var (
	tabs  sync.Map
	mutex sync.RWMutex
	feed  = map[chan string]struct{}{}
)

func element(open func(w *qt.Writer)) string {
	buffer := qt.AcquireByteBuffer()
	defer qt.ReleaseByteBuffer(buffer)
	w := qt.AcquireWriter(buffer)
	open(w)
	qt.ReleaseWriter(w)
	return string(buffer.B)
}

func writeCounter(w *qt.Writer, clicks int) {
	w.N().S(`<main id="view"><p id="count">Count: `)
	w.N().D(clicks)
	w.N().S(`</p><button data-on:click="@post('/increment-push')">Increment</button></main>`)
}

func writeRow(w *qt.Writer, r *row) {
	w.N().S(`<tr id="row-`)
	w.N().D(r.number)
	w.N().S(`" class="row"><td>`)
	w.N().D(r.number)
	for _, text := range [...]string{r.name, r.note, r.price} {
		w.N().S(`</td><td>`)
		w.E().S(text)
	}
	w.N().S(`</td></tr>`)
}

func writeTable(w *qt.Writer, all []row) {
	w.N().S(`<main id="view"><button></button><table><tbody>`)
	for i := range all {
		writeRow(w, &all[i])
	}
	w.N().S(`</tbody></table></main>`)
}

func document(out http.ResponseWriter, name string, view func(w *qt.Writer)) {
	declared, _ := json.Marshal(signals{name})
	page := element(func(w *qt.Writer) {
		w.N().S(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Counter</title>`)
		w.N().S(`<script type="module" src="/datastar.js"></script></head><body data-signals="`)
		w.E().S(string(declared))
		w.N().S(`" data-init="@get('/stream')">`)
		view(w)
		w.N().S(`</body></html>`)
	})
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	out.Header().Set("Content-Length", strconv.Itoa(len(page)))
	io.WriteString(out, page)
}

func opened(table []row) (string, *tab) {
	random := make([]byte, 16)
	rand.Read(random)
	name := base64.RawURLEncoding.EncodeToString(random)
	made := &tab{table: table, views: make(chan string, 64)}
	tabs.Store(name, made)
	return name, made
}

func asked(r *http.Request) (string, *tab) {
	var sent signals
	if err := datastar.ReadSignals(r, &sent); err != nil {
		return "", nil
	}
	found, _ := tabs.Load(sent.Tab)
	one, _ := found.(*tab)
	return sent.Tab, one
}

func counterPage(out http.ResponseWriter, r *http.Request) {
	name, _ := opened(nil)
	document(out, name, func(w *qt.Writer) { writeCounter(w, 0) })
}

func tablePage(out http.ResponseWriter, r *http.Request) {
	name, one := opened(rows())
	document(out, name, func(w *qt.Writer) { writeTable(w, one.table) })
}

func feedPage(out http.ResponseWriter, r *http.Request) {
	document(out, "feed", func(w *qt.Writer) {
		w.N().S(`<main><ul id="lines"></ul></main>`)
	})
}

// A click: its view is rendered, and goes out over the tab's stream.
func click(view func(w *qt.Writer, one *tab)) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		_, one := asked(r)
		if one == nil {
			http.Error(out, "no such tab", http.StatusNotFound)
			return
		}
		one.Lock()
		one.clicks++
		if one.table != nil {
			one.table[500] = row{500, "name 500", fmt.Sprintf("Count: %d", one.clicks), "62.50"}
		}
		rendered := element(func(w *qt.Writer) { view(w, one) })
		one.Unlock()
		one.views <- rendered
		out.WriteHeader(http.StatusNoContent)
	}
}

func stream(out http.ResponseWriter, r *http.Request) {
	name, one := asked(r)
	events := datastar.NewSSE(out, r)
	if name == "feed" {
		follow(events, r)
		return
	}
	if one == nil {
		return
	}
	for {
		select {
		case view := <-one.views:
			if events.PatchElements(view) != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

func follow(events *datastar.ServerSentEventGenerator, r *http.Request) {
	lines := make(chan string, 64)
	mutex.Lock()
	feed[lines] = struct{}{}
	mutex.Unlock()
	defer func() {
		mutex.Lock()
		delete(feed, lines)
		mutex.Unlock()
	}()
	for {
		select {
		case line := <-lines:
			item := element(func(w *qt.Writer) {
				w.N().S(`<li>`)
				w.E().S(line)
				w.N().S(`</li>`)
			})
			if events.PatchElements(item, datastar.WithSelectorID("lines"), datastar.WithModeAppend()) != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

func publish(out http.ResponseWriter, r *http.Request) {
	line := r.URL.Query().Get("line")
	mutex.RLock()
	for lines := range feed {
		lines <- line
	}
	mutex.RUnlock()
	out.WriteHeader(http.StatusNoContent)
}

func main() {
	go func() { // it ends with whoever started it
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	http.HandleFunc("GET /{$}", counterPage)
	http.HandleFunc("GET /feed", feedPage)
	http.HandleFunc("GET /table", tablePage)
	http.HandleFunc("GET /stream", stream)
	http.HandleFunc("POST /increment-push", click(func(w *qt.Writer, one *tab) { writeCounter(w, one.clicks) }))
	http.HandleFunc("POST /change", click(func(w *qt.Writer, one *tab) { writeTable(w, one.table) }))
	http.HandleFunc("POST /change-row", click(func(w *qt.Writer, one *tab) { writeRow(w, &one.table[500]) }))
	http.HandleFunc("POST /publish", publish)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
