// The program in all of `shop`'s images of the test bed. Role and version stand in the image's environment; what goes wrong is
// switched on by the manifest's. It is the only file in the image: no shell, no libc, nothing else to run.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetOutput(os.Stdout)
	role, version := setting("ROLE", "web"), setting("VERSION", "0.0.0")
	log.Printf("%s %s starts", role, version)
	if size := setting("EAT", ""); size != "" {
		eat(bytes(size))
	}
	if after := duration("CRASH_AFTER"); after > 0 {
		time.AfterFunc(after, crash)
	}
	if role == "migrate" {
		migrate()
		return
	}
	time.Sleep(duration("START_AFTER"))
	go serve(role, version)
	// Process 1 of a container: without a handler, SIGTERM would be ignored and every deletion would take the whole grace period.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
	log.Printf("%s %s stops", role, version)
}

// setting reads SHOP_NAME.
func setting(name, otherwise string) string {
	if value := os.Getenv("SHOP_" + name); value != "" {
		return value
	}
	return otherwise
}

func duration(name string) time.Duration {
	value, err := time.ParseDuration(setting(name, "0s"))
	if err != nil {
		log.Fatalf("fatal: SHOP_%s: %v", name, err)
	}
	return value
}

// bytes reads `64Mi`.
func bytes(size string) int {
	number, err := strconv.Atoi(strings.TrimSuffix(size, "Mi"))
	if err != nil {
		log.Fatalf("fatal: SHOP_EAT: %q is not a number of Mi", size)
	}
	return number << 20
}

// eat allocates in steps and touches every page, so that a limit is met while something is still there to be logged.
func eat(size int) {
	const step = 8 << 20
	var eaten [][]byte
	for all := 0; all < size; all += step {
		piece := make([]byte, step)
		for i := 0; i < step; i += 4096 {
			piece[i] = 1
		}
		eaten = append(eaten, piece)
		log.Printf("ate %d Mi", (all+step)>>20)
		time.Sleep(20 * time.Millisecond)
	}
	time.AfterFunc(time.Hour, func() { log.Print(len(eaten)) })
}

func crash() {
	code, _ := strconv.Atoi(setting("EXIT", "1"))
	fmt.Fprintln(os.Stderr, "fatal: shop.toml: line 3: unknown key `currancy`")
	os.Exit(code)
}

// migrate ends with 0, or as SHOP_EXIT says.
func migrate() {
	time.Sleep(duration("START_AFTER"))
	if setting("EXIT", "0") != "0" {
		fmt.Fprintln(os.Stderr, "fatal: migration 7: relation \"orders\" already exists")
		code, _ := strconv.Atoi(setting("EXIT", "1"))
		os.Exit(code)
	}
	log.Print("schema is at version 7")
}

func serve(role, version string) {
	mux := http.NewServeMux()
	slow := duration("SLOW")
	answer := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(slow)
			fmt.Fprint(w, body)
		}
	}
	mux.HandleFunc("/healthz", answer(health(role)))
	if setting("UNHEALTHY", "") == "true" {
		mux = http.NewServeMux()
		mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "degraded: cannot read the catalogue", http.StatusServiceUnavailable)
		})
	}
	mux.HandleFunc("/version", answer(role+" "+version))
	mux.HandleFunc("/{$}", answer("<h1>Shop</h1>"))
	log.Printf("listening on :8080")
	log.Fatal(http.ListenAndServe(":8080", mux))
}

func health(role string) string {
	if role == "api" {
		return `{"status": "up", "database": {"schema": 7}}`
	}
	return "ok"
}
