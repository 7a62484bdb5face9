/// Definitions that have what the shipped ones lack.
enum MutationBases {
    static let all = [
        (
            "orders",
            """
            workflow: orders
            timeout: 2d
            input:
              orderId: string
              note: string?
              lines: list(Line)
              kind: enum(retail | wholesale)
            types:
              Line: { sku: string, qty: integer, price: number }
            events:
              order.packed: { orderId: string, by: string? }
            config:
              shopUrl: uri
            secrets: [shop_key]
            steps:
              - id: total
                let:
                  sum: ${{ input.lines.map(l, l.price * double(l.qty)).sum() }}
                  large: ${{ input.lines.size() > 10 && input.kind == 'wholesale' }}
              - id: fetch
                if: ${{ steps.total.sum > 0.0 }}
                call: http.get
                with: { url: "${{ config.shopUrl }}/orders/${{ input.orderId }}", headers: { Authorization: "Bearer ${{ secrets.shop_key }}" } }
                returns: { id: string, address: string? }
                retry: { attempts: 4, delay: 2s, max_delay: 1m, jitter: false, errors: [http.5*, http.timeout] }
                timeout: 10m
              - id: address
                if: ${{ steps.fetch != null && steps.fetch.address != null && steps.fetch.address.size() > 3 }}
                call: log
                with: { message: "to ${{ input.orderId }}", level: info }
              - id: note
                if: ${{ input.note != null && input.note.contains('rush') }}
                call: log
                with: { message: "in a hurry: ${{ input.orderId }}" }
              - id: packed
                wait:
                  event: order.packed
                  match: { orderId: "${{ input.orderId }}" }
                  where: ${{ event.source != 'test' }}
                timeout: 1d
                catch:
                  - errors: timeout
                    steps:
                      - id: late
                        call: log
                        with: { message: "late: ${{ steps.total.sum }}" }
                      - id: stop
                        fail: { code: order.late, message: "Order ${{ input.orderId }} is late", retryable: false }
              - id: way
                switch:
                  - id: truck
                    if: ${{ steps.total.large }}
                    call: log
                    with: { message: by truck }
                  - id: parcel
                    call: log
                    with: { message: by parcel }
              - id: mark
                call: shell
                with: { argv: [echo, "${{ input.orderId }}"], env: { KEY: "${{ secrets.shop_key }}" } }
                at_most_once: true
              - id: pause
                sleep: 5m
            output: { orderId: "${{ input.orderId }}", by: "${{ steps.packed.by.orValue('nobody') }}" }
            finally:
              - id: bye
                call: log
                with: { message: "done with ${{ input.orderId }}" }
            """
        )
    ]
}
